#include "api/names.h"

#include "base/strings.h"

namespace skiff::api {

namespace {

constexpr size_t kLabelMax = 63, kSubdomainMax = 253;
constexpr size_t kAnnotationsBytesMax = 256 << 10;

constexpr char kQualified[] = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
constexpr char kQualifiedText[] = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
constexpr char kDnsLabel[] = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
constexpr char kDnsSubdomain[] = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
constexpr char kDns1035[] = "[a-z]([-a-z0-9]*[a-z0-9])?";

bool lower_letter(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool lower_alnum(char c) { return lower_letter(c) || digit(c); }
bool alnum(char c) { return lower_alnum(c) || (c >= 'A' && c <= 'Z'); }
bool qualified_char(char c) { return alnum(c) || c == '-' || c == '_' || c == '.'; }

template <typename Test>
bool all_of(std::string_view text, Test test) {
    for (char c : text)
        if (!test(c)) return false;
    return true;
}

bool label_shape(std::string_view text) {
    return !text.empty() && lower_alnum(text.front()) && lower_alnum(text.back()) &&
           all_of(text, [](char c) { return lower_alnum(c) || c == '-'; });
}

bool underscore_label_shape(std::string_view text) {
    if (text.starts_with('_')) text.remove_prefix(1);
    return !text.empty() && lower_alnum(text.front()) && lower_alnum(text.back()) &&
           all_of(text, [](char c) { return lower_alnum(c) || c == '-' || c == '_'; });
}

template <typename Test>
bool dotted(std::string_view text, Test label) {
    for (;;) {
        size_t dot = text.find('.');
        if (!label(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool subdomain_shape(std::string_view text) { return dotted(text, label_shape); }

bool qualified_shape(std::string_view text) { return !text.empty() && alnum(text.front()) && alnum(text.back()) && all_of(text, qualified_char); }

std::string too_long(size_t length_max) { return fmt::format("must be no more than {} characters", length_max); }

std::string regex_message(std::string_view what, std::string_view regex, std::initializer_list<std::string_view> examples) {
    std::string text(what);
    if (examples.size() == 0) return text + fmt::format(" (regex used for validation is '{}')", regex);
    text += " (e.g. ";
    bool first = true;
    for (auto example : examples) {
        text += fmt::format("{}'{}', ", first ? "" : " or ", example);
        first = false;
    }
    return text + fmt::format("regex used for validation is '{}')", regex);
}

void dot_prefix(std::string_view text, Complaints& out) {
    if (text == ".") out.push_back("must not be '.'");
    else if (text == "..") out.push_back("must not be '..'");
    else if (text.starts_with("..")) out.push_back("must not start with '..'");
}

}  // namespace

Complaints check_dns1123_label(std::string_view text) {
    Complaints out;
    if (text.size() > kLabelMax) out.push_back(too_long(kLabelMax));
    if (label_shape(text)) return out;
    if (subdomain_shape(text)) out.push_back("must not contain dots");
    else
        out.push_back(regex_message("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
                                    "end with an alphanumeric character",
                                    kDnsLabel, {"my-name", "123-abc"}));
    return out;
}

Complaints check_dns1123_subdomain(std::string_view text) {
    Complaints out;
    if (text.size() > kSubdomainMax) out.push_back(too_long(kSubdomainMax));
    if (!subdomain_shape(text))
        out.push_back(regex_message("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
                                    "start and end with an alphanumeric character",
                                    kDnsSubdomain, {"example.com"}));
    return out;
}

Complaints check_dns1123_subdomain_underscore(std::string_view text) {
    Complaints out;
    if (text.size() > kSubdomainMax) out.push_back(too_long(kSubdomainMax));
    if (!dotted(text, underscore_label_shape))
        out.push_back(regex_message("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and "
                                    "must start and end with an alphanumeric character",
                                    "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*", {"example.com"}));
    return out;
}

Complaints check_dns1035_label(std::string_view text) {
    Complaints out;
    if (text.size() > kLabelMax) out.push_back(too_long(kLabelMax));
    if (!label_shape(text) || !lower_letter(text.front()))
        out.push_back(regex_message("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                                    "character, and end with an alphanumeric character",
                                    kDns1035, {"my-name", "abc-123"}));
    return out;
}

Complaints check_wildcard_subdomain(std::string_view text) {
    Complaints out;
    if (text.size() > kSubdomainMax) out.push_back(too_long(kSubdomainMax));
    if (!text.starts_with("*.") || !subdomain_shape(text.substr(2)))
        out.push_back(regex_message("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
                                    "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
                                    std::string("\\*\\.") + kDnsSubdomain, {"*.example.com"}));
    return out;
}

Complaints check_qualified_name(std::string_view text) {
    Complaints out;
    std::string_view name = text;
    size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
        name = text.substr(slash + 1);
        if (name.find('/') != std::string_view::npos) {
            out.push_back("a qualified name " + regex_message(kQualifiedText, kQualified, {"MyName", "my.name", "123-abc"}) +
                          " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
            return out;
        }
        if (slash == 0) out.push_back("prefix part must be non-empty");
        else
            for (const auto& complaint : check_dns1123_subdomain(text.substr(0, slash))) out.push_back("prefix part " + complaint);
    }
    if (name.empty()) out.push_back("name part must be non-empty");
    else if (name.size() > kLabelMax) out.push_back("name part " + too_long(kLabelMax));
    if (!qualified_shape(name)) out.push_back("name part " + regex_message(kQualifiedText, kQualified, {"MyName", "my.name", "123-abc"}));
    return out;
}

Complaints check_label_value(std::string_view text) {
    Complaints out;
    if (text.size() > kLabelMax) out.push_back(too_long(kLabelMax));
    if (!text.empty() && !qualified_shape(text))
        out.push_back(regex_message("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
                                    "and end with an alphanumeric character",
                                    std::string("(") + kQualified + ")?", {"MyValue", "my_value", "12345"}));
    return out;
}

Complaints check_path_segment(std::string_view text) {
    if (text == ".") return {"may not be '.'"};
    if (text == "..") return {"may not be '..'"};
    Complaints out;
    for (char c : {'/', '%'})
        if (text.find(c) != std::string_view::npos) out.push_back(fmt::format("may not contain '{}'", c));
    return out;
}

Complaints check_c_identifier(std::string_view text) {
    if (!text.empty() && !digit(text.front()) && all_of(text, [](char c) { return alnum(c) || c == '_'; })) return {};
    return {regex_message("a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
                          "[A-Za-z_][A-Za-z0-9_]*", {"my_name", "MY_NAME", "MyName"})};
}

Complaints check_range(int64_t value, int64_t low, int64_t high) {
    if (value >= low && value <= high) return {};
    return {fmt::format("must be between {} and {}, inclusive", low, high)};
}

Complaints check_port_number(int64_t port) { return check_range(port, 1, 65535); }

Complaints check_id(int64_t id) { return check_range(id, 0, INT32_MAX); }

Complaints check_port_name(std::string_view text) {
    Complaints out;
    if (text.size() > 15) out.push_back(too_long(15));
    if (text.empty() || !all_of(text, [](char c) { return lower_alnum(c) || c == '-'; }))
        out.push_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    if (all_of(text, [](char c) { return !lower_letter(c); })) out.push_back("must contain at least one letter (a-z)");
    if (contains(text, "--")) out.push_back("must not contain consecutive hyphens");
    if (!text.empty() && (text.front() == '-' || text.back() == '-')) out.push_back("must not begin or end with a hyphen");
    return out;
}

Complaints check_config_key(std::string_view text) {
    Complaints out;
    if (text.size() > kSubdomainMax) out.push_back(too_long(kSubdomainMax));
    if (text.empty() || !all_of(text, qualified_char))
        out.push_back(regex_message("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", "[-._a-zA-Z0-9]+",
                                    {"key.name", "KEY_NAME", "key-name"}));
    dot_prefix(text, out);
    return out;
}

Complaints check_env_name(std::string_view text) {
    if (text.empty()) return {"environment variable name must be non-empty"};
    if (all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '='; })) return {};
    return {"a valid environment variable name must consist only of printable ASCII characters other than '='"};
}

Complaints check_http_header_name(std::string_view text) {
    if (!text.empty() && all_of(text, [](char c) { return alnum(c) || c == '-'; })) return {};
    return {regex_message("a valid HTTP header must consist of alphanumeric characters or '-'", "[-A-Za-z0-9]+", {"X-Header-Name"})};
}

Complaints check_percent(std::string_view text) {
    if (text.size() > 1 && text.back() == '%' && all_of(text.substr(0, text.size() - 1), digit)) return {};
    return {regex_message("a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%", {"1%", "93%"})};
}

bool is_dns1123_label(std::string_view text) { return text.size() <= kLabelMax && label_shape(text); }
bool is_dns1123_subdomain(std::string_view text) { return text.size() <= kSubdomainMax && subdomain_shape(text); }
bool is_label_value(std::string_view text) { return text.empty() || (text.size() <= kLabelMax && qualified_shape(text)); }
bool is_qualified_name(std::string_view text) { return check_qualified_name(text).empty(); }

void add_complaints(const Complaints& complaints, const FieldPath& path, std::string_view value, FieldErrors& errors) {
    for (const auto& complaint : complaints) errors.invalid(path, value, complaint);
}

void validate_labels(const json::Value& labels, const FieldPath& path, FieldErrors& errors) {
    for (const auto& [key, value] : labels.members()) {
        add_complaints(check_qualified_name(key), path, key, errors);
        add_complaints(check_label_value(value.as_string()), path, value.as_string(), errors);
    }
}

void validate_annotations(const json::Value& annotations, const FieldPath& path, FieldErrors& errors) {
    size_t bytes = 0;
    for (const auto& [key, value] : annotations.members()) {
        // Keys may have upper case letters in the prefix.
        add_complaints(check_qualified_name(lower(key)), path, key, errors);
        bytes += key.size() + value.as_string().size();
    }
    if (bytes > kAnnotationsBytesMax) errors.too_long(path, kAnnotationsBytesMax);
}

}  // namespace skiff::api
