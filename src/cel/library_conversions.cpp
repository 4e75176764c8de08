// int(), uint(), double(), string(), bytes(), bool(), timestamp(), duration(), type(), dyn().
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/core.h>

#include "cel/functions.h"
#include "cel/times.h"
#include "json/number_text.h"
#include "json/utf8.h"

namespace skiff::cel {
namespace {

Value cannot(const Value& from, std::string_view to) { return Value::error(fmt::format("type conversion error from '{}' to '{}'", from.type_name(), to)); }

Value identity(Arguments args, Run&) { return args[0]; }

template <typename T>
std::optional<T> parse_integer(std::string_view text) {
    if (std::is_signed_v<T> && text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    T out = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return out;
}

Value to_int(Arguments args, Run&) {
    const Value& a = args[0];
    switch (a.kind()) {
        case ValueKind::Int: return a;
        case ValueKind::Uint: return a.as_uint() > INT64_MAX ? Value::error("integer overflow") : Value::of_int(static_cast<int64_t>(a.as_uint()));
        case ValueKind::Double: {
            double d = a.as_double();
            if (!(d > -9223372036854775808.0 && d < 9223372036854775808.0)) return Value::error("integer overflow");
            return Value::of_int(static_cast<int64_t>(d));
        }
        case ValueKind::String: {
            auto parsed = parse_integer<int64_t>(a.text());
            return parsed ? Value::of_int(*parsed) : cannot(a, "int");
        }
        case ValueKind::Timestamp:
        case ValueKind::Duration: return Value::of_int(a.as_int());
        default: return no_such_overload();
    }
}

Value to_uint(Arguments args, Run&) {
    const Value& a = args[0];
    switch (a.kind()) {
        case ValueKind::Uint: return a;
        case ValueKind::Int: return a.as_int() < 0 ? Value::error("unsigned integer overflow") : Value::of_uint(static_cast<uint64_t>(a.as_int()));
        case ValueKind::Double: {
            double d = a.as_double();
            if (!(d >= 0 && d < 18446744073709551616.0)) return Value::error("unsigned integer overflow");
            return Value::of_uint(static_cast<uint64_t>(d));
        }
        case ValueKind::String: {
            auto parsed = parse_integer<uint64_t>(a.text());
            return parsed ? Value::of_uint(*parsed) : cannot(a, "uint");
        }
        default: return no_such_overload();
    }
}

Value to_double(Arguments args, Run&) {
    const Value& a = args[0];
    switch (a.kind()) {
        case ValueKind::Double: return a;
        case ValueKind::Int: return Value::of_double(static_cast<double>(a.as_int()));
        case ValueKind::Uint: return Value::of_double(static_cast<double>(a.as_uint()));
        case ValueKind::String: {
            std::string text(a.text());
            char* end = nullptr;
            double out = std::strtod(text.c_str(), &end);
            if (text.empty() || text[0] == ' ' || text.find_first_of("\t\n\v\f\r") != std::string::npos || end != text.c_str() + text.size()) return cannot(a, "double");
            return Value::of_double(out);
        }
        default: return no_such_overload();
    }
}

Value to_text(Arguments args, Run&) { return to_string(args[0]); }

Value to_bytes(Arguments args, Run&) { return args[0].is(ValueKind::Bytes) ? args[0] : Value::bytes(std::string(args[0].text())); }

Value to_bool(Arguments args, Run&) {
    if (args[0].is(ValueKind::Bool)) return args[0];
    std::string_view text = args[0].text();
    for (auto word : {"1", "t", "T", "true", "TRUE", "True"})
        if (text == word) return Value::of(true);
    for (auto word : {"0", "f", "F", "false", "FALSE", "False"})
        if (text == word) return Value::of(false);
    return cannot(args[0], "bool");
}

Value to_timestamp(Arguments args, Run&) {
    const Value& a = args[0];
    if (a.is(ValueKind::Timestamp)) return a;
    if (a.is(ValueKind::Int)) return a.as_int() < kSecondsMin || a.as_int() > kSecondsMax ? Value::error("timestamp overflow") : Value::timestamp(a.as_int(), 0);
    auto moment = parse_rfc3339(a.text());
    if (!moment) return cannot(a, "google.protobuf.Timestamp");
    if (moment->seconds < kSecondsMin || moment->seconds > kSecondsMax) return Value::error("timestamp overflow");
    return Value::timestamp(moment->seconds, moment->nanos);
}

Value to_duration(Arguments args, Run&) {
    const Value& a = args[0];
    if (a.is(ValueKind::Duration)) return a;
    if (a.is(ValueKind::Int)) return Value::duration(a.as_int());
    auto nanos = parse_duration_nanos(a.text());
    return nanos ? Value::duration(*nanos) : cannot(a, "google.protobuf.Duration");
}

constexpr FunctionRow kRows[] = {
    {"type", "type", "A", "type(A)", [](Arguments args, Run&) { return Value::type_value(args[0].type_name()); }},
    {"dyn", "to_dyn", "A", "dyn", &identity},
    {"bool", "bool_to_bool", "bool", "bool", &to_bool},
    {"bool", "string_to_bool", "string", "bool", &to_bool},
    {"bytes", "bytes_to_bytes", "bytes", "bytes", &to_bytes},
    {"bytes", "string_to_bytes", "string", "bytes", &to_bytes},
    {"double", "double_to_double", "double", "double", &to_double},
    {"double", "int64_to_double", "int", "double", &to_double},
    {"double", "string_to_double", "string", "double", &to_double},
    {"double", "uint64_to_double", "uint", "double", &to_double},
    {"duration", "duration_to_duration", "duration", "duration", &to_duration},
    {"duration", "int64_to_duration", "int", "duration", &to_duration},
    {"duration", "string_to_duration", "string", "duration", &to_duration},
    {"int", "int64_to_int64", "int", "int", &to_int},
    {"int", "double_to_int64", "double", "int", &to_int},
    {"int", "duration_to_int64", "duration", "int", &to_int},
    {"int", "string_to_int64", "string", "int", &to_int},
    {"int", "timestamp_to_int64", "timestamp", "int", &to_int},
    {"int", "uint64_to_int64", "uint", "int", &to_int},
    {"string", "string_to_string", "string", "string", &identity},
    {"string", "bool_to_string", "bool", "string", &to_text},
    {"string", "bytes_to_string", "bytes", "string", &to_text},
    {"string", "double_to_string", "double", "string", &to_text},
    {"string", "duration_to_string", "duration", "string", &to_text},
    {"string", "int64_to_string", "int", "string", &to_text},
    {"string", "timestamp_to_string", "timestamp", "string", &to_text},
    {"string", "uint64_to_string", "uint", "string", &to_text},
    {"timestamp", "timestamp_to_timestamp", "timestamp", "timestamp", &to_timestamp},
    {"timestamp", "int64_to_timestamp", "int", "timestamp", &to_timestamp},
    {"timestamp", "string_to_timestamp", "string", "timestamp", &to_timestamp},
    {"uint", "uint64_to_uint64", "uint", "uint", &to_uint},
    {"uint", "double_to_uint64", "double", "uint", &to_uint},
    {"uint", "int64_to_uint64", "int", "uint", &to_uint},
    {"uint", "string_to_uint64", "string", "uint", &to_uint},
};

}  // namespace

std::span<const FunctionRow> conversion_rows() { return kRows; }

Value to_string(const Value& value) {
    switch (value.kind()) {
        case ValueKind::String: return value;
        case ValueKind::Bool:
        case ValueKind::Int:
        case ValueKind::Uint:
        case ValueKind::Double:
        case ValueKind::Type:
        case ValueKind::Timestamp: return Value::string(value.display());
        case ValueKind::Duration: return Value::string(format_duration_nanos(value.as_int()));
        case ValueKind::Bytes:
            if (!json::is_valid_utf8(value.text())) return Value::error("invalid UTF-8 in bytes, cannot convert to string");
            return Value::string(std::string(value.text()));
        default: return no_such_overload();
    }
}

}  // namespace skiff::cel
