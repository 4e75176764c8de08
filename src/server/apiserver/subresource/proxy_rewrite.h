// What a page that is seen through pods/proxy or services/proxy must say instead of the paths of its own server: links and redirects to
// the same host get the proxy's path in front. Pure.
#pragma once

#include <string>
#include <string_view>

namespace skiff::apiserver {

struct ProxyPlace {
    std::string prefix;          // "/api/v1/namespaces/default/services/web/proxy"
    std::string target_host;     // host[:port] of the server behind
    std::string request_host;    // what the client wrote as Host
};

// The path of the proxy itself: the request's path without the part that is passed on.
std::string proxy_prefix(std::string_view request_path, std::string_view rest);
std::string rewrite_link(const ProxyPlace& place, std::string_view link);
// Attributes of tags that hold links; text, comments and scripts are left alone.
std::string rewrite_html(const ProxyPlace& place, std::string_view html);

}  // namespace skiff::apiserver
