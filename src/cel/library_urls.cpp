// url(), isURL() and the parts of URLs.
#include "cel/functions.h"
#include "cel/web_address.h"

namespace skiff::cel {
namespace {

struct Url : Opaque {
    WebAddress address;
    std::string_view type_name() const override { return "kubernetes.URL"; }
    bool equals(const Opaque& other) const override { return text() == other.text(); }
    std::string text() const override { return address.text(); }
};

Value url(Arguments args, Run&) {
    auto parsed = parse_web_address(args[0].text());
    if (!parsed.ok()) return Value::error("URL parse error during conversion from string: " + parsed.status().message());
    auto out = std::make_shared<Url>();
    out->address = std::move(*parsed);
    return Value::opaque(std::move(out));
}

const WebAddress& address(Arguments args) { return static_cast<const Url*>(args[0].opaque())->address; }

// Spaces and other bytes that a path may not have are escaped; the rest stays as it was written.
Value escaped_path(Arguments args, Run&) {
    std::string out;
    for (unsigned char c : address(args).path) {
        if (c > 0x20 && c < 0x7f && std::string_view("\"<>\\^`{|}").find(static_cast<char>(c)) == std::string_view::npos) {
            out += static_cast<char>(c);
            continue;
        }
        constexpr char kHex[] = "0123456789ABCDEF";
        out += '%';
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
    return Value::string(std::move(out));
}

Value query(Arguments args, Run&) {
    std::vector<Entry> entries;
    for (auto& [key, values] : address(args).query_values()) {
        std::vector<Value> items;
        for (auto& value : values) items.push_back(Value::string(value));
        entries.emplace_back(Value::string(key), Value::list(std::move(items)));
    }
    return Value::map(std::move(entries));
}

constexpr FunctionRow kRows[] = {
    {"url", "string_to_url", "string", "kubernetes.URL", &url},
    {"isURL", "is_url_string", "string", "bool", [](Arguments args, Run&) { return Value::of(parse_web_address(args[0].text()).ok()); }},
    {"getScheme", "url_get_scheme", ".kubernetes.URL", "string", [](Arguments args, Run&) { return Value::string(address(args).scheme); }},
    {"getHost", "url_get_host", ".kubernetes.URL", "string", [](Arguments args, Run&) { return Value::string(address(args).host); }},
    {"getHostname", "url_get_hostname", ".kubernetes.URL", "string", [](Arguments args, Run&) { return Value::string(address(args).hostname()); }},
    {"getPort", "url_get_port", ".kubernetes.URL", "string", [](Arguments args, Run&) { return Value::string(address(args).port()); }},
    {"getEscapedPath", "url_get_escaped_path", ".kubernetes.URL", "string", &escaped_path},
    {"getQuery", "url_get_query", ".kubernetes.URL", "map(string, list(string))", &query},
};

}  // namespace

std::span<const FunctionRow> url_rows() { return kRows; }

}  // namespace skiff::cel
