// How many values a text would make, before it is parsed: a value of two bytes in the text costs a hundred in memory, so bytes alone bound nothing.
// Pure; reads each byte once.
#pragma once

#include <cstddef>
#include <string_view>

namespace skiff::json {

// Of a JSON text: members, items and containers; counts to max + 1 at most.
size_t count_values(std::string_view json, size_t max);
inline bool holds_more_values(std::string_view json, size_t max) { return json.size() >= 2 * max && count_values(json, max) > max; }

}  // namespace skiff::json
