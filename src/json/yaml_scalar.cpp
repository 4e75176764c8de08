#include "json/yaml_scalar.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include "base/encoding.h"
#include "json/utf8.h"

namespace skiff::json {

namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}
bool digit(char c) { return c >= '0' && c <= '9'; }

// A sign, then 0x 0o 0b or a leading zero as the base's prefix. Values beyond int64 become doubles.
std::optional<Value> parse_integer(std::string_view text) {
    bool negative = !text.empty() && text[0] == '-';
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
        char mark = static_cast<char>(text[1] | 0x20);
        base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
        text.remove_prefix(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
    }
    uint64_t value = 0;
    auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (!negative && value <= INT64_MAX) return Value(static_cast<int64_t>(value));
    if (!negative) return Value(static_cast<double>(value));
    if (value > static_cast<uint64_t>(INT64_MAX) + 1) return std::nullopt;
    return Value(static_cast<int64_t>(~value + 1));
}

// [-+]? (.digits | digits[.digits]) ([eE][-+]?digits)?
bool float_shaped(std::string_view text) {
    size_t i = 0;
    auto digits = [&] {
        size_t start = i;
        while (i < text.size() && digit(text[i])) ++i;
        return i - start;
    };
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    bool whole = digits() > 0;
    if (i < text.size() && text[i] == '.') {
        ++i;
        if (digits() == 0 && !whole) return false;
    } else if (!whole) {
        return false;
    }
    if (i < text.size() && (text[i] | 0x20) == 'e') {
        ++i;
        if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
        if (digits() == 0) return false;
    }
    return i == text.size();
}

std::optional<Value> parse_float(std::string_view text) {
    if (!float_shaped(text)) return std::nullopt;
    if (text[0] == '+') text.remove_prefix(1);
    double value = 0;
    const auto failure = std::from_chars(text.data(), text.data() + text.size(), value).ec;
    if (failure == std::errc::result_out_of_range) value = std::strtod(std::string(text).c_str(), nullptr);   // too small is 0, too large no number
    if (std::isinf(value)) return std::nullopt;
    return Value(value);
}

std::optional<Value> parse_number(std::string_view text) {
    if (text[0] == '.') return parse_float(text);
    std::string plain(text);
    plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
    if (auto integer = parse_integer(plain)) return integer;
    return parse_float(plain);
}

}  // namespace

Value resolve_plain_scalar(std::string_view text) {
    if (text.empty()) return Value();
    char first = text[0];
    if (digit(first) || first == '-' || first == '+' || first == '.') {
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        if (one_of(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) return Value(kInfinity);
        if (one_of(text, {"-.inf", "-.Inf", "-.INF"})) return Value(-kInfinity);
        if (one_of(text, {".nan", ".NaN", ".NAN"})) return Value(std::numeric_limits<double>::quiet_NaN());
        return parse_number(text).value_or(Value(text));
    }
    if (text.size() > 5) return Value(text);
    if (one_of(text, {"~", "null", "Null", "NULL"})) return Value();
    if (one_of(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) return Value(true);
    if (one_of(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) return Value(false);
    return Value(text);
}

namespace {

constexpr std::string_view kStandard = "tag:yaml.org,2002:";

// As go-yaml calls what a plain scalar turned out to be. Integers above int64 are doubles here, but not there.
std::string_view type_of(const Value& value, std::string_view text, bool may_be_time) {
    switch (value.type()) {
        case Type::Null: return "null";
        case Type::Bool: return "bool";
        case Type::Int: return "int";
        case Type::Double: {
            std::string plain(text);
            plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
            return parse_integer(plain) ? "int" : "float";
        }
        default: return may_be_time && is_timestamp(text) ? "timestamp" : "str";
    }
}

Result<Value> decode_binary(std::string text) {
    text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }), text.end());
    auto bytes = base64_decode(text);
    if (!bytes) return error(Reason::BadRequest, "!!binary value contains invalid base64 data");
    return Value(valid_utf8(std::move(*bytes)));
}

}  // namespace

Result<Value> resolve_scalar(std::string_view tag, const std::string& text, bool implicit) {
    if (tag.empty()) return implicit ? resolve_plain_scalar(text) : Value(text);
    if (!tag.starts_with(kStandard)) return Value(text);
    const std::string_view type = tag.substr(kStandard.size());
    if (type == "binary") return decode_binary(text);
    if (!one_of(type, {"null", "bool", "int", "float", "timestamp"})) return Value(text);
    Value value = resolve_plain_scalar(text);
    const std::string_view found = type_of(value, text, type == "timestamp");
    if (found == type) return value;
    if (type == "float" && value.is_int()) return Value(value.as_double());
    return error(Reason::BadRequest, "cannot decode !!{} `{}` as a !!{}", found, text, type);
}

bool is_base60(std::string_view text) {
    size_t i = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    if (i == text.size() || !digit(text[i])) return false;
    while (i < text.size() && (digit(text[i]) || text[i] == '_')) ++i;
    size_t groups = 0;
    for (; i < text.size() && text[i] == ':'; ++groups) {
        size_t start = ++i;
        while (i < text.size() && digit(text[i])) ++i;
        if (i == start || i - start > 2 || (i - start == 2 && text[start] > '5')) return false;
    }
    if (groups > 0 && i < text.size() && text[i] == '.') {
        ++i;
        while (i < text.size() && (digit(text[i]) || text[i] == '_')) ++i;
    }
    return groups > 0 && i == text.size();
}

bool is_timestamp(std::string_view text) {
    size_t i = 0;
    auto number = [&](size_t digits_min, size_t digits_max, int low, int high) {
        size_t start = i;
        int value = 0;
        while (i < text.size() && i - start < digits_max && digit(text[i])) value = value * 10 + (text[i++] - '0');
        return i - start >= digits_min && value >= low && value <= high;
    };
    auto is = [&](char c) { return i < text.size() && text[i] == c && ++i; };
    if (!number(4, 4, 0, 9999) || !is('-') || !number(1, 2, 1, 12) || !is('-') || !number(1, 2, 1, 31)) return false;
    if (i == text.size()) return true;
    bool zoned = is('T') || is('t');
    if (!zoned && !is(' ')) return false;
    if (!number(1, 2, 0, 23) || !is(':') || !number(1, 2, 0, 59) || !is(':') || !number(1, 2, 0, 59)) return false;
    if (is('.')) {
        if (i == text.size() || !digit(text[i])) return false;
        while (i < text.size() && digit(text[i])) ++i;
    }
    if (!zoned) return i == text.size();
    if (is('Z')) return i == text.size();
    return (is('+') || is('-')) && number(2, 2, 0, 24) && is(':') && number(2, 2, 0, 60) && i == text.size();
}

}  // namespace skiff::json
