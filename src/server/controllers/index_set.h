// IndexSet: completion indexes of an Indexed Job, written as intervals: "1,3-5,7". Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace skiff::controllers {

using IndexSet = std::set<int64_t>;

// Indexes at or beyond limit are left out, so the text bounds nothing.
IndexSet parse_indexes(std::string_view text, int64_t limit);
std::string write_indexes(const IndexSet& indexes);

}  // namespace skiff::controllers
