#include "api/kinds/check.h"

#include "api/int_or_string.h"
#include "api/kinds/validate_parts.h"
#include "api/quantity.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

constexpr std::string_view kNotNegative = "must be greater than or equal to 0";

}  // namespace

void check_not_negative(const json::Value& number, const FieldPath& path, FieldErrors& errors) {
    if (number.is_int() && number.as_int() < 0) errors.invalid(path, number, kNotNegative);
}

void check_positive(const json::Value& number, const FieldPath& path, FieldErrors& errors) {
    if (number.is_int() && number.as_int() <= 0) errors.invalid(path, number, "must be greater than 0");
}

void check_port(const json::Value& port, const FieldPath& path, FieldErrors& errors) {
    for (const auto& complaint : check_port_number(port.as_int())) errors.invalid(path, port, complaint);
}

void check_int_or_percent(const json::Value& value, const FieldPath& path, FieldErrors& errors) {
    if (value.is_string()) add_complaints(check_percent(value.as_string()), path, value.as_string(), errors);
    else check_not_negative(value, path, errors);
}

void check_at_most_100_percent(const json::Value& value, const FieldPath& path, FieldErrors& errors) {
    if (percent_of(value).value_or(0) > 100) errors.invalid(path, value, "must not be greater than 100%");
}

void check_one_of(const json::Value& text, const FieldPath& path, std::initializer_list<std::string_view> allowed, FieldErrors& errors,
                  Presence presence) {
    if (presence == Presence::Optional && text.is_null()) return;
    if (presence == Presence::Required && text.as_string().empty()) {
        errors.required(path, "");
        return;
    }
    for (auto one : allowed)
        if (text.as_string() == one) return;
    errors.not_supported(path, text, {allowed.begin(), allowed.end()});
}

void check_listed(const json::Value& text, const FieldPath& path, std::initializer_list<std::string_view> allowed, FieldErrors& errors) {
    if (text.as_string().empty()) errors.not_supported(path, "", {allowed.begin(), allowed.end()});
    else check_one_of(text, path, allowed, errors);
}

void check_name(const json::Value& text, NameRule rule, const FieldPath& path, FieldErrors& errors) {
    if (text.as_string().empty()) errors.required(path, "");
    else add_complaints(rule(text.as_string()), path, text.as_string(), errors);
}

void check_optional_name(const json::Value& text, NameRule rule, const FieldPath& path, FieldErrors& errors) {
    if (!text.as_string().empty()) add_complaints(rule(text.as_string()), path, text.as_string(), errors);
}

void check_given_name(const json::Value& text, NameRule rule, const FieldPath& path, FieldErrors& errors) {
    if (!text.is_null()) add_complaints(rule(text.as_string()), path, text.as_string(), errors);
}

void check_required(const json::Value& text, const FieldPath& path, FieldErrors& errors, std::string_view detail) {
    if (text.empty()) errors.required(path, detail);
}

void check_immutable(const json::Value& value, const json::Value& old, const FieldPath& path, FieldErrors& errors) {
    if (!(value == old)) errors.invalid(path, value, "field is immutable");
}

void check_no_backsteps(const json::Value& path_text, const FieldPath& path, FieldErrors& errors) {
    for (auto part : split_views(path_text.as_string(), '/'))
        if (part == "..") {
            errors.invalid(path, path_text, "must not contain '..'");
            return;
        }
}

void check_local_descending_path(const json::Value& path_text, const FieldPath& path, FieldErrors& errors) {
    if (path_text.as_string().starts_with('/')) errors.invalid(path, path_text, "must be a relative path");
    check_no_backsteps(path_text, path, errors);
}

void check_quantity(const json::Value& quantity, const FieldPath& path, FieldErrors& errors) {
    if (Quantity::parse_or_zero(quantity.as_string()).sign() < 0) errors.invalid(path, quantity, kNotNegative);
}

}  // namespace skiff::api::kinds
