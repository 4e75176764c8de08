#include "api/structural/formats.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "api/names.h"
#include "api/timestamp.h"
#include "base/encoding.h"
#include "base/strings.h"

namespace skiff::api::structural {
namespace {

bool all(std::string_view text, int (*is)(int)) {
    return std::all_of(text.begin(), text.end(), [is](char c) { return is(static_cast<unsigned char>(c)) != 0; });
}

bool is_ipv4(std::string_view text) {
    in_addr address;
    return inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}
bool is_ipv6(std::string_view text) {
    in6_addr address;
    return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool is_cidr(std::string_view text) {
    size_t slash = text.find('/');
    if (slash == text.npos) return false;
    auto bits = parse_int(text.substr(slash + 1));
    std::string_view ip = text.substr(0, slash);
    bool v4 = is_ipv4(ip);
    return bits && *bits >= 0 && (v4 ? *bits <= 32 : is_ipv6(ip) && *bits <= 128);
}

bool is_uuid(std::string_view text, char version) {
    static constexpr size_t kGroups[] = {8, 4, 4, 4, 12};
    std::string digits;
    size_t at = 0;
    for (size_t length : kGroups) {
        if (at > 0 && at < text.size() && text[at] == '-') ++at;
        if (text.size() - std::min(at, text.size()) < length || !all(text.substr(at, length), std::isxdigit)) return false;
        digits += text.substr(at, length);
        at += length;
    }
    if (at != text.size()) return false;
    if (version != '\0' && digits[12] != version) return false;
    if (version != '4' && version != '5') return true;
    return std::string_view("89abAB").find(digits[16]) != std::string_view::npos;
}

bool is_letter(unsigned char c) { return std::isalpha(c) || c >= 0x80; }
// What Unicode calls symbols.
bool is_symbol(char c) { return std::string_view("$+<=>^`|~").find(c) != std::string_view::npos; }

// Labels with dots, of which the last has letters only; or one word, which has a single dash, behind its first character (kube-openapi's pattern).
bool is_hostname(std::string_view text) {
    if (text.empty() || text.size() > 255) return false;
    auto labels = split_views(text, '.');
    for (size_t i = 0; i < labels.size(); ++i) {
        std::string_view label = labels[i];
        if (label.empty() || label.size() > 63 || label.front() == '-' || (labels.size() > 1 && label.back() == '-')) return false;
        for (unsigned char c : label)
            if (!std::isdigit(c) && !is_letter(c) && c != '-' && !is_symbol(static_cast<char>(c))) return false;
    }
    if (labels.size() > 1) return labels.back().size() >= 2 && std::all_of(labels.back().begin(), labels.back().end(), is_letter);
    return text.find('-') == text.npos || (text.find('-') == 1 && text.find('-', 2) == text.npos);
}

// As Go's url.ParseRequestURI: absolute, or a path.
bool is_uri(std::string_view text) {
    if (text.empty()) return false;
    for (unsigned char c : text)
        if (c < 0x20 || c == 0x7f) return false;
    for (size_t i = 0; i < text.size(); ++i)
        if (text[i] == '%' && (i + 2 >= text.size() || !std::isxdigit(static_cast<unsigned char>(text[i + 1])) || !std::isxdigit(static_cast<unsigned char>(text[i + 2])))) return false;
    if (text[0] == '/') return true;
    size_t colon = text.find(':');
    if (colon == text.npos || colon == 0 || !std::isalpha(static_cast<unsigned char>(text[0]))) return false;
    for (unsigned char c : text.substr(0, colon))
        if (!std::isalnum(c) && c != '+' && c != '-' && c != '.') return false;
    std::string_view rest = text.substr(colon + 1);
    if (!rest.starts_with("//")) return true;
    std::string_view authority = rest.substr(2, rest.substr(2).find_first_of("/?#"));
    return authority.find(' ') == authority.npos;
}

bool is_email(std::string_view text) {
    size_t open = text.rfind('<');
    if (open != text.npos) {
        if (text.back() != '>') return false;
        text = text.substr(open + 1, text.size() - open - 2);
    }
    size_t at = text.rfind('@');
    if (at == text.npos || at == 0 || at + 1 == text.size()) return false;
    std::string_view local = text.substr(0, at);
    if (local.front() == '.' || local.back() == '.' || local.find("..") != local.npos) return false;
    return local.find_first_of(" ()<>[]:;@\\,\"") == local.npos && text.substr(at + 1).find_first_of(" ()<>:;@\\,\"") == text.npos;
}

bool is_mac(std::string_view text) {
    for (char separator : {':', '-'}) {
        auto parts = split_views(text, separator);
        if (parts.size() == 6 || parts.size() == 8 || parts.size() == 20)
            return std::all_of(parts.begin(), parts.end(), [](std::string_view p) { return p.size() == 2 && all(p, std::isxdigit); });
    }
    auto parts = split_views(text, '.');
    return (parts.size() == 3 || parts.size() == 4 || parts.size() == 10) && std::all_of(parts.begin(), parts.end(), [](std::string_view p) { return p.size() == 4 && all(p, std::isxdigit); });
}

std::string digits_of(std::string_view text) {
    std::string out;
    for (char c : text)
        if (c != '-' && c != ' ') out += c;
    return out;
}

bool is_isbn10(std::string_view text) {
    std::string d = digits_of(text);
    if (d.size() != 10 || !all(std::string_view(d).substr(0, 9), std::isdigit)) return false;
    int sum = 0;
    for (int i = 0; i < 9; ++i) sum += (10 - i) * (d[static_cast<size_t>(i)] - '0');
    if (d[9] == 'X') sum += 10;
    else if (std::isdigit(static_cast<unsigned char>(d[9]))) sum += d[9] - '0';
    else return false;
    return sum % 11 == 0;
}

bool is_isbn13(std::string_view text) {
    std::string d = digits_of(text);
    if (d.size() != 13 || !all(d, std::isdigit)) return false;
    int sum = 0;
    for (size_t i = 0; i < 13; ++i) sum += (d[i] - '0') * (i % 2 ? 3 : 1);
    return sum % 10 == 0;
}

bool is_credit_card(std::string_view text) {
    std::string d;
    for (char c : text)
        if (std::isdigit(static_cast<unsigned char>(c))) d += c;
    if (d.size() < 13 || d.size() > 16) return false;
    int sum = 0;
    for (size_t i = 0; i < d.size(); ++i) {
        int n = d[d.size() - 1 - i] - '0';
        if (i % 2 == 1 && (n *= 2) > 9) n -= 9;
        sum += n;
    }
    return sum % 10 == 0;
}

bool is_ssn(std::string_view text) {
    std::string d = digits_of(text);
    return d.size() == 9 && all(d, std::isdigit) && text.size() <= 11;
}

bool is_hex_color(std::string_view text) {
    if (text.starts_with('#')) text.remove_prefix(1);
    return (text.size() == 3 || text.size() == 6) && all(text, std::isxdigit);
}

bool is_rgb_color(std::string_view text) {
    if (!text.starts_with("rgb(") || !text.ends_with(')')) return false;
    auto parts = split_views(text.substr(4, text.size() - 5), ',');
    return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), [](std::string_view p) {
        auto n = parse_int(trim(p));
        return n && *n >= 0 && *n <= 255;
    });
}

bool is_date(std::string_view text) { return text.size() == 10 && parse_time(std::string(text) + "T00:00:00Z").has_value(); }

// Go's durations; or a text with a number and its unit anywhere, as "22 ns", "3 days", of which only the last spelling may have more letters.
bool is_duration(std::string_view text) {
    if (parse_duration(text).ok()) return true;
    static constexpr std::string_view kUnits[] = {"ns", "nano*", "us", "\u00b5s", "micro*", "ms", "milli*", "s", "sec*", "m", "min*", "h", "hr", "hour*", "d", "day*", "w", "wk", "week*"};
    auto digit = [](char c) { return c >= '0' && c <= '9'; };
    auto letter = [](std::string_view rest) { return !rest.empty() && (std::isalpha(static_cast<unsigned char>(rest[0])) ? 1 : rest.starts_with("\u00b5") ? 2 : 0); };
    for (size_t at = 0; at < text.size();) {
        if (!digit(text[at])) {
            ++at;
            continue;
        }
        const size_t number = at;
        while (at < text.size() && digit(text[at])) ++at;
        const bool huge = !parse_int(text.substr(number, at - number));
        while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at]))) ++at;
        const size_t start = at;
        while (letter(text.substr(at))) at += text[at] == '\xc2' ? 2 : 1;
        if (start == at) continue;
        if (huge) return false;
        const std::string unit = lower(text.substr(start, at - start));
        for (std::string_view known : kUnits)
            if (known.ends_with('*') ? unit.starts_with(known.substr(0, known.size() - 1)) : unit == known) return true;
    }
    return false;
}

bool is_bson_id(std::string_view text) { return text.size() == 24 && all(text, std::isxdigit); }

struct Format {
    std::string_view name;          // without dashes
    bool (*fits)(std::string_view);
};
constexpr Format kFormats[] = {
    {"bsonobjectid", is_bson_id},
    {"uri", is_uri},
    {"email", is_email},
    {"hostname", is_hostname},
    {"ipv4", is_ipv4},
    {"ipv6", is_ipv6},
    {"cidr", is_cidr},
    {"mac", is_mac},
    {"uuid", [](std::string_view t) { return is_uuid(t, '\0'); }},
    {"uuid3", [](std::string_view t) { return is_uuid(t, '3'); }},
    {"uuid4", [](std::string_view t) { return is_uuid(t, '4'); }},
    {"uuid5", [](std::string_view t) { return is_uuid(t, '5'); }},
    {"isbn", [](std::string_view t) { return is_isbn10(t) || is_isbn13(t); }},
    {"isbn10", is_isbn10},
    {"isbn13", is_isbn13},
    {"creditcard", is_credit_card},
    {"ssn", is_ssn},
    {"hexcolor", is_hex_color},
    {"rgbcolor", is_rgb_color},
    {"byte", [](std::string_view t) { return !t.empty() && base64_decode(t).has_value(); }},
    {"password", [](std::string_view) { return true; }},
    {"date", is_date},
    {"duration", is_duration},
    {"datetime", [](std::string_view t) { return parse_time(t).has_value(); }},
};

const Format* find_format(std::string_view name) {
    std::string plain;
    for (char c : name)
        if (c != '-') plain += c;
    for (const Format& format : kFormats)
        if (format.name == plain) return &format;
    return nullptr;
}

}  // namespace

bool is_known_format(std::string_view format) { return !format.empty() && find_format(format) != nullptr; }

bool has_format(std::string_view format, std::string_view text) {
    const Format* found = find_format(format);
    return !found || found->fits(text);
}

}  // namespace skiff::api::structural
