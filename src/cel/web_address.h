// URLs as Go's net/url reads them, for url() and the uri format. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace skiff::cel {

struct WebAddress {
    std::string scheme, user, host, path, query, fragment;   // host with its port; path as it was written
    std::string hostname() const;
    std::string port() const;
    std::string text() const;
    // Keys with all their values, in the order of their first appearance.
    std::vector<std::pair<std::string, std::vector<std::string>>> query_values() const;
};

// An absolute URL or an absolute path. BadRequest: parse "x": invalid URI for request.
Result<WebAddress> parse_web_address(std::string_view text);

}  // namespace skiff::cel
