// format(): %s %d %f %e %b %x %X %o with their rules (cel-go's string extension).
#include <algorithm>
#include <cmath>
#include <charconv>

#include <fmt/core.h>

#include "api/go_text.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "cel/functions.h"

namespace skiff::cel {
namespace {

Status wrong(std::string_view what, const Value& value) { return error(Reason::BadRequest, "{}, was given {}", what, value.type_name()); }

constexpr size_t kBytesMax = 4 << 20;   // of a text that is made here

Result<std::string> text_of(const Value& value);

// Inside lists and maps values are written as CEL would write them.
Result<std::string> literal_of(const Value& value) {
    switch (value.kind()) {
        case ValueKind::String: return api::go_quote(value.text());
        case ValueKind::Bytes: return "b" + api::go_quote(value.text());
        case ValueKind::Timestamp: return "timestamp(\"" + value.display() + "\")";
        case ValueKind::Duration: return "duration(\"" + std::string(to_string(value).text()) + "\")";
        case ValueKind::Type: return "type(" + std::string(value.text()) + ")";
        case ValueKind::Double: {
            double number = value.as_double();
            if (std::isfinite(number)) return fmt::format("{:.6f}", number);
            return std::string(std::isnan(number) ? "\"NaN\"" : number > 0 ? "\"+Inf\"" : "\"-Inf\"");
        }
        case ValueKind::Optional:
        case ValueKind::Object:
        case ValueKind::Opaque: return error(Reason::BadRequest, "no formatting function for {}", value.type_name());
        default: return text_of(value);
    }
}

Result<std::string> map_text(const Value& value) {
    std::vector<std::pair<std::string, std::string>> entries;
    Status failed;
    value.each_entry([&](const Value& key, const Value& member) {
        auto k = literal_of(key);
        auto v = literal_of(member);
        if (!k.ok() || !v.ok()) failed = k.ok() ? v.status() : k.status();
        else entries.emplace_back(std::move(*k), std::move(*v));
        return failed.ok();
    });
    if (!failed.ok()) return failed;
    std::sort(entries.begin(), entries.end());
    std::string out = "{";
    for (const auto& [key, member] : entries) out += (out.size() > 1 ? ", " : "") + key + ":" + member;
    return out + "}";
}

Result<std::string> text_of(const Value& value) {
    switch (value.kind()) {
        case ValueKind::Null: return std::string("null");
        case ValueKind::Map: return map_text(value);
        case ValueKind::List: {
            std::string out = "[";
            for (size_t i = 0; i < value.size(); ++i) out += (i ? ", " : "") + TRY(literal_of(value.at(i)));
            return out + "]";
        }
        default: {
            Value text = to_string(value);
            if (!text.is_error()) return std::string(text.text());
            return wrong("string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps", value);
        }
    }
}

std::string in_base(uint64_t number, bool negative, int base, bool upper) {
    char buffer[72];
    auto end = std::to_chars(buffer, buffer + sizeof buffer, number, base).ptr;
    std::string out = (negative ? "-" : "") + std::string(buffer, end);
    if (upper)
        for (char& c : out)
            if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 32);
    return out;
}

Result<std::string> integer(const Value& value, int base, bool upper, std::string_view what) {
    if (value.is(ValueKind::Uint)) return in_base(value.as_uint(), false, base, upper);
    if (!value.is(ValueKind::Int)) return wrong(what, value);
    bool negative = value.as_int() < 0;
    return in_base(negative ? 0 - static_cast<uint64_t>(value.as_int()) : static_cast<uint64_t>(value.as_int()), negative, base, upper);
}

Result<std::string> floating(const Value& value, int precision, bool scientific) {
    double number = value.as_double();
    std::string_view text = value.text();
    if (value.is(ValueKind::String) && (text == "NaN" || text == "Infinity" || text == "-Infinity")) number = text == "NaN" ? NAN : text[0] == '-' ? -INFINITY : INFINITY;
    else if (!value.is(ValueKind::Double)) return wrong(scientific ? "scientific clause can only be used on doubles" : "fixed-point clause can only be used on doubles", value);
    if (std::isnan(number)) return std::string("NaN");
    if (std::isinf(number)) return std::string(number > 0 ? "\u221e" : "-\u221e");
    if (!scientific) return fmt::format("{:.{}f}", number, precision);
    // The English form: 1.052033 x 10^3 with the exponent in raised digits.
    std::string plain = fmt::format("{:.{}e}", number, precision);
    size_t e = plain.find('e');
    auto exponent = parse_int(plain[e + 1] == '+' ? std::string_view(plain).substr(e + 2) : std::string_view(plain).substr(e + 1)).value_or(0);
    std::string out = plain.substr(0, e) + "\u2009\u00d7\u200910";
    constexpr std::string_view kRaised[] = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074", "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    if (exponent < 0) out += "\u207b";
    std::string digits = fmt::format("{:02}", std::abs(exponent));
    for (char c : digits) out += kRaised[c - '0'];
    return out;
}

Result<std::string> clause(char kind, int precision, const Value& value) {
    switch (kind) {
        case 's': return text_of(value);
        case 'd': return integer(value, 10, false, "decimal clause can only be used on integers");
        case 'o': return integer(value, 8, false, "octal clause can only be used on integers");
        case 'b':
            if (value.is(ValueKind::Bool)) return std::string(value.as_bool() ? "1" : "0");
            return integer(value, 2, false, "only integers and bools can be formatted as binary");
        case 'x':
        case 'X': {
            if (!value.is(ValueKind::String) && !value.is(ValueKind::Bytes)) return integer(value, 16, kind == 'X', "only integers, byte buffers, and strings can be formatted as hex");
            std::string out = hex_encode(value.text());
            if (kind == 'X')
                for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            return out;
        }
        case 'f': return floating(value, precision, false);
        default: return floating(value, precision, true);
    }
}

}  // namespace

Value format_text(std::string_view format, const Value& arguments) {
    std::string out;
    size_t next = 0;
    for (size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') {
            out += format[i];
            continue;
        }
        if (format.substr(i + 1, 1) == "%") {
            out += '%';
            ++i;
            continue;
        }
        if (next >= arguments.size()) return Value::error(fmt::format("index {} out of range", next));
        if (++i >= format.size()) return Value::error("unexpected end of string");
        int precision = 6;
        if (format[i] == '.') {
            size_t end = i + 1;
            while (end < format.size() && format[end] >= '0' && format[end] <= '9') ++end;
            if (end >= format.size()) return Value::error("could not parse formatting clause: error while parsing precision: could not find end of precision specifier");
            auto parsed = parse_int(format.substr(i + 1, end - i - 1));
            if (!parsed || *parsed > 100) return Value::error("could not parse formatting clause: error while parsing precision: error while converting precision to integer");
            precision = static_cast<int>(*parsed);
            i = end;
        }
        if (std::string_view("sdfebxXo").find(format[i]) == std::string_view::npos)
            return Value::error(fmt::format("could not parse formatting clause: unrecognized formatting clause \"{}\"", format[i]));
        auto part = clause(format[i], precision, arguments.at(next++));
        if (!part.ok()) return Value::error("error during formatting: " + part.status().message());
        out += *part;
        if (out.size() > kBytesMax) return Value::error("the value is too large");
    }
    return Value::string(std::move(out));
}

}  // namespace skiff::cel
