#include "net/url.h"

#include "base/strings.h"

namespace skiff::net {

std::string Url::authority() const {
    std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
    const uint16_t usual = scheme == "https" ? 443 : 80;
    if (port != usual) out += ":" + std::to_string(port);
    return out;
}

std::string Url::origin() const { return scheme + "://" + host + ":" + std::to_string(port); }

Result<Url> parse_url(std::string_view text) {
    Url url;
    const size_t scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) return error(Reason::BadRequest, "\"{}\" is not a URL", text);
    url.scheme = lower(text.substr(0, scheme_end));
    if (url.scheme != "http" && url.scheme != "https") return error(Reason::BadRequest, "unsupported protocol scheme \"{}\"", url.scheme);
    std::string_view rest = text.substr(scheme_end + 3);
    rest = rest.substr(0, rest.find('#'));
    const size_t authority_end = rest.find_first_of("/?");
    std::string_view authority = rest.substr(0, authority_end);
    url.target = authority_end == std::string_view::npos ? "/" : std::string(rest.substr(authority_end));
    if (url.target.starts_with("?")) url.target.insert(0, "/");
    for (char& c : url.target) {
        if (static_cast<unsigned char>(c) <= ' ' || c == 127) return error(Reason::BadRequest, "the URL holds a space or control character");
    }
    if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
        url.user_info = std::string(authority.substr(0, at));
        authority = authority.substr(at + 1);
    }
    std::string_view port_text;
    if (authority.starts_with("[")) {
        const size_t close = authority.find(']');
        if (close == std::string_view::npos) return error(Reason::BadRequest, "\"{}\" is not a host", authority);
        url.host = std::string(authority.substr(1, close - 1));
        if (close + 1 < authority.size()) port_text = authority.substr(close + 1);
    } else {
        const size_t colon = authority.find(':');
        url.host = std::string(authority.substr(0, colon));
        if (colon != std::string_view::npos) port_text = authority.substr(colon);
    }
    if (url.host.empty()) return error(Reason::BadRequest, "the URL \"{}\" has no host", text);
    url.port = url.scheme == "https" ? 443 : 80;
    if (!port_text.empty()) {
        const auto port = parse_int(port_text.substr(1));
        if (port_text[0] != ':' || !port || *port < 1 || *port > 65535) return error(Reason::BadRequest, "\"{}\" is not a port", port_text);
        url.port = static_cast<uint16_t>(*port);
    }
    return url;
}

Result<Url> resolve_url(const Url& base, std::string_view location) {
    const size_t scheme_end = location.find("://");
    if (scheme_end != std::string_view::npos && scheme_end < location.find_first_of("/?#")) return parse_url(location);
    if (location.starts_with("//")) return parse_url(base.scheme + ":" + std::string(location));
    std::string path(location.substr(0, location.find('#')));
    if (!path.starts_with("/")) {
        const std::string_view base_path = std::string_view(base.target).substr(0, base.target.find('?'));
        path = path.starts_with("?") ? std::string(base_path) + path : std::string(base_path.substr(0, base_path.rfind('/') + 1)) + path;
    }
    return parse_url(base.scheme + "://" + (base.user_info.empty() ? "" : base.user_info + "@") + base.authority() + path);
}

}  // namespace skiff::net
