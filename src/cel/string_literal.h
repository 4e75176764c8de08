// String and bytes literals: quotes, prefixes and escapes (cel-spec, "String and bytes values"). Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::cel {

enum class Quoted { Text, Bytes };
// The value of a literal as it stands in the source, without the b prefix. BadRequest with cel-go's words.
Result<std::string> unquote(std::string_view literal, Quoted quoted);

void append_utf8(std::string& out, char32_t code_point);

}  // namespace skiff::cel
