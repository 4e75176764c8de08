// Texts for which libyaml takes longer than their length. Pure; reads each byte once.
#pragma once

#include <string_view>

namespace skiff::json {

// What there is too much of; empty for every other text. Of UTF-16 it sees enough to bound it too.
//   directives: each %TAG is compared with all before it, and each tag with all of them;
//   white space: the buffer of the longest run in a scalar is cleared again for each run after it.
std::string_view too_slow_for_libyaml(std::string_view text);

}  // namespace skiff::json
