// Value to text. Compact as Go's encoding/json writes it: no spaces, <, >, & and U+2028/9 escaped as \u003c..., doubles in their
// shortest form, members in their order. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "json/value.h"

namespace skiff::json {

std::string write(const Value& value);
void append(std::string& out, const Value& value);
// Four spaces an indent step, as kubectl -o json.
std::string write_pretty(const Value& value, int indent = 4);
void append_quoted(std::string& out, std::string_view text);

}  // namespace skiff::json
