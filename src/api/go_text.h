// Text as Go's fmt and strconv print it, which clients see inside messages. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "json/go_quote.h"
#include "json/value.h"

namespace skiff::api {

using json::go_quote;   // %q
// %v of an unstructured value: map[a:1 b:[x y]], <nil>.
std::string go_print(const json::Value& value);
// %#v of it: map[string]interface {}{"a":1}.
std::string go_syntax(const json::Value& value);
// %s of what should have been a text: %!s(float64=1.5).
std::string go_text_verb(const json::Value& value);
// The Go type of an unstructured value: int64, []interface {}, <nil>.
std::string_view go_type(const json::Value& value);
// A value inside field errors: strings as %q, numbers and booleans plain, the rest as JSON.
std::string error_value(const json::Value& value);
// A label selector as the generated String() of its Go type has it: &LabelSelector{MatchLabels:map[string]string{a: b,},...
std::string go_selector(const json::Value& selector);
// What our JSON parser says without its " (offset 12)", which Go's does not say.
std::string without_offset(const Status& parse_error);

}  // namespace skiff::api
