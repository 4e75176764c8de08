// Checks of single fields that many kinds share, with Kubernetes' wording. Pure; any thread.
#pragma once

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/names.h"
#include "api/validation.h"

namespace skiff::api::kinds {

using NameRule = Complaints (*)(std::string_view text);

// Numbers; an absent one is fine.
void check_not_negative(const json::Value& number, const FieldPath& path, FieldErrors& errors);
void check_positive(const json::Value& number, const FieldPath& path, FieldErrors& errors);       // must be greater than 0
void check_port(const json::Value& port, const FieldPath& path, FieldErrors& errors);              // 1-65535
// A number that is not negative, or a percentage.
void check_int_or_percent(const json::Value& value, const FieldPath& path, FieldErrors& errors);
void check_at_most_100_percent(const json::Value& value, const FieldPath& path, FieldErrors& errors);

// "" is Required when the flag says so, anything not listed is NotSupported.
enum class Presence { Required, Optional };
void check_one_of(const json::Value& text, const FieldPath& path, std::initializer_list<std::string_view> allowed, FieldErrors& errors,
                  Presence presence = Presence::Required);
// Required when empty, else the rule.
void check_name(const json::Value& text, NameRule rule, const FieldPath& path, FieldErrors& errors);
// The rule, when there is a text at all.
void check_optional_name(const json::Value& text, NameRule rule, const FieldPath& path, FieldErrors& errors);
void check_required(const json::Value& text, const FieldPath& path, FieldErrors& errors, std::string_view detail = "");
// field is immutable
void check_immutable(const json::Value& value, const json::Value& old, const FieldPath& path, FieldErrors& errors);

// Addresses, in the strict forms that Kubernetes takes.
bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);
inline bool is_ip(std::string_view text) { return is_ipv4(text) || is_ipv6(text); }
Complaints check_ip(std::string_view text);
Complaints check_cidr(std::string_view text);
// Whether inner lies in outer and is smaller.
bool is_strict_subnet(std::string_view outer, std::string_view inner);

// A relative path without "..", and one without ".." alone.
void check_local_descending_path(const json::Value& path_text, const FieldPath& path, FieldErrors& errors);
void check_no_backsteps(const json::Value& path_text, const FieldPath& path, FieldErrors& errors);

// A quantity that is not negative.
void check_quantity(const json::Value& quantity, const FieldPath& path, FieldErrors& errors);

}  // namespace skiff::api::kinds
