// UTF-8 as encoding/json treats it: what is not valid becomes U+FFFD, one for each wrong byte. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace skiff::json {

// Length of the well-formed sequence at the start of text (RFC 3629: no overlong forms, no surrogates); 0 when it is malformed.
size_t utf8_length(std::string_view text);
// The code point of a sequence that utf8_length() accepted.
char32_t utf8_code_point(std::string_view sequence);
// text, or a repaired copy.
std::string valid_utf8(std::string text);
bool is_valid_utf8(std::string_view text);

}  // namespace skiff::json
