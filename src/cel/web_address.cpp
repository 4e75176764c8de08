#include "cel/web_address.h"

#include <algorithm>

#include "api/go_text.h"
#include "base/encoding.h"
#include "base/strings.h"

namespace skiff::cel {
namespace {

bool alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool hex(char c) { return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

Status bad(std::string_view whole, std::string_view why) { return error(Reason::BadRequest, "parse {}: {}", api::go_quote(whole), why); }

// "" when every % is followed by two digits, else the wrong part.
std::string_view wrong_escape(std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i)
        if (text[i] == '%' && (i + 2 >= text.size() || !hex(text[i + 1]) || !hex(text[i + 2]))) return text.substr(i, 3);
    return {};
}

Status check_host(std::string_view whole, std::string_view host) {
    if (auto wrong = wrong_escape(host); !wrong.empty()) return bad(whole, "invalid URL escape " + api::go_quote(wrong));
    for (char c : host)
        if (c == ' ' || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' || c == '`' || c == '{' || c == '}' || c == '|')
            if (c != '"' && c != '<' && c != '>') return bad(whole, "invalid character " + api::go_quote(std::string(1, c)) + " in host name");
    size_t end = 0;
    if (!host.empty() && host[0] == '[') {
        end = host.rfind(']');
        if (end == std::string_view::npos) return bad(whole, "missing ']' in host");
        ++end;
    } else {
        end = std::min(host.rfind(':'), host.size());
    }
    std::string_view port = host.substr(end);
    if (port.empty()) return {};
    bool fits = port[0] == ':' && std::all_of(port.begin() + 1, port.end(), digit);
    return fits ? Status() : bad(whole, "invalid port " + api::go_quote(port) + " after host");
}

}  // namespace

std::string WebAddress::hostname() const {
    if (!host.empty() && host[0] == '[') return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.rfind(':'));
}

std::string WebAddress::port() const {
    size_t from = !host.empty() && host[0] == '[' ? host.find(']') : 0;
    size_t colon = host.find(':', from);
    return colon == std::string::npos ? "" : host.substr(colon + 1);
}

std::string WebAddress::text() const {
    std::string out = scheme.empty() ? "" : scheme + ":";
    if (!scheme.empty() || !host.empty()) out += "//" + (user.empty() ? "" : user + "@") + host;
    out += path;
    if (!query.empty()) out += "?" + query;
    if (!fragment.empty()) out += "#" + fragment;
    return out;
}

std::vector<std::pair<std::string, std::vector<std::string>>> WebAddress::query_values() const {
    std::vector<std::pair<std::string, std::vector<std::string>>> out;
    for (auto part : split_views(query, '&')) {
        if (part.empty() || part.find(';') != std::string_view::npos) continue;
        size_t equals = part.find('=');
        auto key = query_decode(part.substr(0, equals));
        auto value = query_decode(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1));
        if (!key || !value) continue;
        auto it = std::find_if(out.begin(), out.end(), [&](const auto& known) { return known.first == *key; });
        if (it == out.end()) it = out.insert(out.end(), {*key, {}});
        it->second.push_back(std::move(*value));
    }
    return out;
}

Result<WebAddress> parse_web_address(std::string_view text) {
    std::string_view rest = text;
    if (text.empty()) return bad(text, "empty url");
    for (unsigned char c : text)
        if (c < 0x20 || c == 0x7f) return bad(text, "net/url: invalid control character in URL");
    WebAddress out;
    if (size_t hash = rest.find('#'); hash != std::string_view::npos) {
        out.fragment = rest.substr(hash + 1);
        rest = rest.substr(0, hash);
    }
    for (size_t i = 0; i < rest.size(); ++i) {
        if (alpha(rest[i]) || (i > 0 && (digit(rest[i]) || rest[i] == '+' || rest[i] == '-' || rest[i] == '.'))) continue;
        if (rest[i] == ':') {
            if (i == 0) return bad(text, "missing protocol scheme");
            out.scheme = lower(rest.substr(0, i));
            rest.remove_prefix(i + 1);
        }
        break;
    }
    if (size_t question = rest.find('?'); question != std::string_view::npos) {
        out.query = rest.substr(question + 1);
        rest = rest.substr(0, question);
    }
    if (rest.empty() || rest[0] != '/') {
        if (out.scheme.empty()) return bad(text, "invalid URI for request");
        out.path = rest;      // mailto:somebody
        return out;
    }
    if ((!out.scheme.empty() || rest.substr(0, 3) != "///") && rest.substr(0, 2) == "//" && !out.scheme.empty()) {
        rest.remove_prefix(2);
        size_t slash = std::min(rest.find('/'), rest.size());
        std::string_view authority = rest.substr(0, slash);
        rest.remove_prefix(slash);
        if (size_t at = authority.rfind('@'); at != std::string_view::npos) {
            out.user = authority.substr(0, at);
            authority.remove_prefix(at + 1);
        }
        TRY(check_host(text, authority));
        out.host = authority;
    }
    if (auto wrong = wrong_escape(rest); !wrong.empty()) return bad(text, "invalid URL escape " + api::go_quote(wrong));
    out.path = rest;
    return out;
}

}  // namespace skiff::cel
