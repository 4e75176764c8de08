// What a plain YAML scalar means, by the rules of go-yaml v2 (YAML 1.1 booleans, octal with a leading zero, underscores in numbers).
// Reading and writing share this: a string is quoted exactly when it would not read back as a string. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "json/value.h"

namespace skiff::json {

// Null, Bool, Int, Double (also .inf and .nan) or String.
Value resolve_plain_scalar(std::string_view text);
// What a scalar with or without tag is; BadRequest when it is not what its tag says. implicit: plain and without tag.
Result<Value> resolve_scalar(std::string_view tag, const std::string& text, bool implicit);
// 190:20:30 and its like, a number in other YAML 1.1 readers; written quoted for their sake.
bool is_base60(std::string_view text);
// A date or date and time; read as a string (JSON has no other), but written quoted, as go-yaml does.
bool is_timestamp(std::string_view text);

}  // namespace skiff::json
