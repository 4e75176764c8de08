// http and https URLs, as far as a client needs them. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::net {

struct Url {
    std::string scheme;     // http or https
    std::string host;       // without brackets
    uint16_t port = 0;      // the scheme's default filled in
    std::string target;     // path?query, at least /
    std::string user_info;  // user:password, decoded by nobody
    std::string authority() const;   // host[:port] for the Host header, brackets and default port as usual
    std::string origin() const;      // scheme://host:port
};

Result<Url> parse_url(std::string_view text);
// Location against the URL that answered with it.
Result<Url> resolve_url(const Url& base, std::string_view location);

}  // namespace skiff::net
