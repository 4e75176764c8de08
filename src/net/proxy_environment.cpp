#include <cstdlib>

#include "base/ip.h"
#include "base/strings.h"
#include "net/blocking_client.h"

namespace skiff::net {

namespace {

std::string either_case(const char* name) {
    if (const char* value = getenv(name)) return value;
    const char* value = getenv(lower(name).c_str());
    return value ? value : "";
}

bool in_network(std::string_view network, const std::string& host) {
    const auto prefix = ip::Prefix::parse(network);
    const auto address = ip::Address::parse(host);
    return prefix && address && prefix->contains(*address);
}

bool matches(std::string_view rule, const std::string& host, uint16_t port) {
    if (rule == "*") return true;
    if (rule.find('/') != std::string_view::npos) return in_network(rule, host);
    if (const size_t colon = rule.rfind(':'); colon != std::string_view::npos && rule.find(':') == colon) {
        if (parse_int(rule.substr(colon + 1)) != std::optional<int64_t>(port)) return false;
        rule = rule.substr(0, colon);
    }
    if (rule.starts_with("*.")) rule.remove_prefix(1);
    if (rule.starts_with(".")) return host.ends_with(rule) || host == rule.substr(1);
    return host == rule || (host.size() > rule.size() && host.ends_with(rule) && host[host.size() - rule.size() - 1] == '.');
}

}  // namespace

ProxyEnvironment ProxyEnvironment::from_process() { return {either_case("HTTP_PROXY"), either_case("HTTPS_PROXY"), either_case("NO_PROXY")}; }

std::string proxy_for(const ProxyEnvironment& environment, std::string_view scheme, std::string_view host_text, uint16_t port) {
    const std::string& proxy = scheme == "https" ? environment.https_proxy : environment.http_proxy;
    const std::string host = lower(host_text);
    if (proxy.empty() || host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "::1") return "";
    for (std::string_view part : split_views(environment.no_proxy, ',')) {
        const std::string rule = lower(trim(part));
        if (!rule.empty() && matches(rule, host, port)) return "";
    }
    return proxy;
}

}  // namespace skiff::net
