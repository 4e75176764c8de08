#include "api/scalar_form.h"

#include <cmath>

#include "api/quantity.h"
#include "api/timestamp.h"
#include "base/strings.h"
#include "json/write.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;

// A number as it stood in the text, as far as the tree still knows.
std::string number_text(const json::Value& value) {
    std::string text = json::write(value);
    if (value.is_double() && text.find_first_of(".eE") == std::string::npos) text += ".0";
    return text;
}

ScalarResult mismatch(const json::Value& value) { return {ScalarError::Mismatch, std::string(go_json_kind(value))}; }

ScalarResult normalize_int(json::Value& value, int64_t low, int64_t high) {
    if (value.is_double()) return {ScalarError::Mismatch, "number " + number_text(value)};
    if (!value.is_int()) return mismatch(value);
    if (value.as_int() < low || value.as_int() > high) return {ScalarError::Mismatch, "number " + number_text(value)};
    return {};
}

ScalarResult normalize_quantity(json::Value& value) {
    std::string text = value.is_string() ? std::string(trim(value.as_string())) : json::write(value);
    auto quantity = Quantity::parse(text);
    if (!quantity.ok()) return {ScalarError::Custom, quantity.status().message()};
    value = quantity->text();
    return {};
}

// Times and durations are read as strings first.
ScalarResult not_a_string(const json::Value& value) { return mismatch(value); }

// Most times come in the form in which they are written.
bool is_canonical_time(std::string_view text) { return text.size() == 20 && text.back() == 'Z' && !text.starts_with("0001") && parse_time(text); }

// Go's zero time is written as null.
ScalarResult set_moment(json::Value& value, const Result<Moment>& moment, std::string (*format)(Moment)) {
    if (!moment.ok()) return {ScalarError::Custom, moment.status().message()};
    if (moment->is_zero()) value = json::Value();
    else value = format(*moment);
    return {};
}

ScalarResult normalize_time(json::Value& value) {
    if (!value.is_string()) return not_a_string(value);
    if (is_canonical_time(value.as_string())) return {};
    return set_moment(value, read_moment(value.as_string()), format_moment);
}

ScalarResult normalize_micro_time(json::Value& value) {
    if (!value.is_string()) return not_a_string(value);
    return set_moment(value, read_micro_moment(value.as_string()), format_micro_moment);
}

ScalarResult normalize_duration(json::Value& value) {
    if (!value.is_string()) return not_a_string(value);
    auto duration = parse_duration(value.as_string());
    if (!duration.ok()) return {ScalarError::Custom, duration.status().message()};
    value = format_duration(*duration);
    return {};
}

bool base64_char(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/'; }

// Standard alphabet with padding; line ends are skipped and left out.
ScalarResult normalize_bytes(json::Value& value) {
    if (!value.is_string()) return mismatch(value);
    const std::string& text = value.as_string();
    auto illegal = [](size_t at) { return ScalarResult{ScalarError::Custom, fmt::format("illegal base64 data at input byte {}", at)}; };
    size_t count = 0, padding = 0;
    bool line_ends = false;
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '\r' || c == '\n') line_ends = true;
        else if (c == '=' && (count % 4 == 2 || count % 4 == 3)) ++count, ++padding;
        else if (base64_char(c) && padding == 0) ++count;
        else return illegal(i);
    }
    // Go counts from where the unfinished group begins, or wants the second =.
    if (count % 4 != 0) return illegal(padding > 0 ? text.size() : text.size() - count % 4);
    if (line_ends) {
        std::string clean;
        for (char c : text)
            if (c != '\r' && c != '\n') clean += c;
        value = std::move(clean);
    }
    return {};
}

ScalarResult normalize_int_or_string(json::Value& value) {
    if (value.is_string()) return {};
    return normalize_int(value, INT32_MIN, INT32_MAX);
}

}  // namespace

std::string_view go_json_kind(const json::Value& value) {
    switch (value.type()) {
        case json::Type::Null: return "null";
        case json::Type::Bool: return "bool";
        case json::Type::Int:
        case json::Type::Double: return "number";
        case json::Type::String: return "string";
        case json::Type::Array: return "array";
        case json::Type::Object: return "object";
    }
    return "";
}

std::string go_type_of(const ValueSchema& value, const std::string& scalar) {
    // The name of a whole map or list stands before a bar, that of its elements behind it.
    if (const size_t bar = scalar.find('|'); bar != std::string::npos) {
        const bool own = value.kind == Kind::Map || (value.kind == Kind::List && !scalar.starts_with("map["));
        return own ? scalar.substr(0, bar) : go_type_of(value, scalar.substr(bar + 1));
    }
    switch (value.kind) {
        case Kind::Object: {
            // core.v1.PodSpec -> v1.PodSpec
            const std::string& name = value.object->name();
            size_t last = name.rfind('.');
            size_t before = last == std::string::npos ? last : name.rfind('.', last - 1);
            return before == std::string::npos ? name : name.substr(before + 1);
        }
        case Kind::List: return "[]" + go_type_of(*value.element, scalar);
        case Kind::Map:
            if (value.element->kind == Kind::Quantity) return "v1.ResourceList";
            return "map[string]" + go_type_of(*value.element, scalar);
        case Kind::Time:
        case Kind::MicroTime:
        case Kind::Duration: return "string";
        case Kind::IntOrString: return "int32";
        default: return scalar;
    }
}

ScalarResult normalize_scalar(Kind kind, json::Value& value) {
    switch (kind) {
        case Kind::String: return value.is_string() ? ScalarResult{} : mismatch(value);
        case Kind::Bool: return value.is_bool() ? ScalarResult{} : mismatch(value);
        case Kind::Int32: return normalize_int(value, INT32_MIN, INT32_MAX);
        case Kind::Int64: return normalize_int(value, INT64_MIN, INT64_MAX);
        case Kind::Double: return value.is_number() ? ScalarResult{} : mismatch(value);
        case Kind::Quantity: return normalize_quantity(value);
        case Kind::IntOrString: return normalize_int_or_string(value);
        case Kind::Time: return normalize_time(value);
        case Kind::MicroTime: return normalize_micro_time(value);
        case Kind::Duration: return normalize_duration(value);
        case Kind::Bytes: return normalize_bytes(value);
        default: return {};
    }
}

bool is_zero(Kind kind, const json::Value& value) {
    switch (kind) {
        case Kind::Bool: return !value.as_bool();
        case Kind::Int32:
        case Kind::Int64:
        case Kind::Double: return value.is_number() && value.as_double() == 0;
        case Kind::String:
        case Kind::Bytes:
        case Kind::List:
        case Kind::Map: return value.empty();
        default: return value.is_null();
    }
}

json::Value zero_value(Kind kind) {
    switch (kind) {
        case Kind::String: return "";
        case Kind::Bool: return false;
        case Kind::Int32:
        case Kind::Int64:
        case Kind::Double:
        case Kind::IntOrString: return 0;
        case Kind::Quantity: return "0";
        case Kind::Duration: return "0s";
        case Kind::Object: return json::Value::object();
        default: return {};
    }
}

}  // namespace skiff::api
