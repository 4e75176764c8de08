#include "server/apiserver/subresource/proxy_rewrite.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace skiff::apiserver {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// HTML 4.01 index of attributes and those that HTML 5 added: values of type URI.
bool holds_link(std::string_view attribute) {
    static constexpr std::array<std::string_view, 15> kNames{"href", "src",    "action",   "formaction", "cite",    "codebase", "background", "longdesc",
                                                             "poster", "manifest", "profile", "usemap",     "classid", "data",     "icon"};
    return std::find(kNames.begin(), kNames.end(), attribute) != kNames.end();
}

// Reads one tag from its '<' on; writes it with links rewritten. Returns the place behind it.
class TagWriter {
public:
    TagWriter(const ProxyPlace& place, std::string_view html, size_t at, std::string& out) : place_(place), html_(html), at_(at), out_(out) {}

    size_t write(std::string& name) {
        size_t from = at_++;
        while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '>' && html_[at_] != '/') ++at_;
        name = lower(std::string(html_.substr(from + 1, at_ - from - 1)));
        copy(from);
        while (at_ < html_.size() && html_[at_] != '>') attribute();
        if (at_ < html_.size()) out_ += html_[at_++];
        return at_;
    }

private:
    void copy(size_t from) { out_.append(html_.substr(from, at_ - from)); }

    void attribute() {
        size_t from = at_;
        while (at_ < html_.size() && (is_space(html_[at_]) || html_[at_] == '/')) ++at_;
        size_t name_from = at_;
        while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '=' && html_[at_] != '>' && html_[at_] != '/') ++at_;
        std::string name = lower(std::string(html_.substr(name_from, at_ - name_from)));
        while (at_ < html_.size() && is_space(html_[at_])) ++at_;
        if (at_ >= html_.size() || html_[at_] != '=') {
            if (at_ == from) ++at_;                          // a stray sign: never stand still
            return copy(from);
        }
        ++at_;
        while (at_ < html_.size() && is_space(html_[at_])) ++at_;
        const char quote = at_ < html_.size() && (html_[at_] == '"' || html_[at_] == '\'') ? html_[at_++] : '\0';
        copy(from);
        size_t value_from = at_;
        if (quote) at_ = std::min(html_.find(quote, at_), html_.size());
        else while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '>') ++at_;
        auto value = html_.substr(value_from, at_ - value_from);
        out_ += holds_link(name) ? rewrite_link(place_, value) : std::string(value);
        if (quote && at_ < html_.size()) out_ += html_[at_++];
    }

    const ProxyPlace& place_;
    std::string_view html_;
    size_t at_;
    std::string& out_;
};

// Where the text of a script or style ends, whose content is no markup.
size_t end_of_raw_text(std::string_view html, size_t at, const std::string& name) {
    const std::string close = "</" + name;
    for (size_t i = at; i + close.size() <= html.size(); ++i)
        if (html[i] == '<' && lower(std::string(html.substr(i, close.size()))) == close) return i;
    return html.size();
}

}  // namespace

std::string proxy_prefix(std::string_view request_path, std::string_view rest) {
    if (request_path.ends_with(rest)) request_path.remove_suffix(rest.size());
    while (request_path.ends_with('/')) request_path.remove_suffix(1);
    return std::string(request_path);
}

std::string rewrite_link(const ProxyPlace& place, std::string_view link) {
    std::string_view scheme_and_host, path = link;
    size_t scheme = link.find("://");
    size_t host_at = link.starts_with("//") ? 2 : std::string_view::npos;
    if (scheme != std::string_view::npos && scheme < link.find_first_of("/?#")) host_at = scheme + 3;
    bool keep_host = false;
    if (host_at != std::string_view::npos) {
        size_t slash = std::min(link.find_first_of("/?#", host_at), link.size());
        auto host = link.substr(host_at, slash - host_at);
        if (host != place.target_host && host != place.request_host) return std::string(link);
        keep_host = host == place.request_host;
        scheme_and_host = link.substr(0, slash);
        path = link.substr(slash);
    }
    if (!path.starts_with('/')) return std::string(link);
    std::string out(keep_host ? scheme_and_host : std::string_view());
    if (!path.starts_with(place.prefix)) out += place.prefix;
    return out.append(path);
}

std::string rewrite_html(const ProxyPlace& place, std::string_view html) {
    std::string out;
    out.reserve(html.size() + html.size() / 8);
    size_t at = 0;
    while (at < html.size()) {
        size_t open = std::min(html.find('<', at), html.size());
        out.append(html.substr(at, open - at));
        at = open;
        if (at >= html.size()) break;
        if (html.substr(at, 4) == "<!--") {
            size_t end = html.find("-->", at + 4);
            end = end == std::string_view::npos ? html.size() : end + 3;
            out.append(html.substr(at, end - at));
            at = end;
            continue;
        }
        if (at + 1 >= html.size() || !is_letter(html[at + 1])) {
            out += html[at++];
            continue;
        }
        std::string name;
        at = TagWriter(place, html, at, out).write(name);
        if (name != "script" && name != "style" && name != "textarea" && name != "title") continue;
        size_t end = end_of_raw_text(html, at, name);
        out.append(html.substr(at, end - at));
        at = end;
    }
    return out;
}

}  // namespace skiff::apiserver
