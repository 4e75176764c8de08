// A unified diff of two texts, three lines of context, the way Kubernetes' messages show what changed: the longest common block first,
// then what is left and right of it. Bounded by kDiffLinesMax lines; longer texts give "". Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace skiff::api {

constexpr size_t kDiffLinesMax = 4096;

std::string unified_diff(std::string_view before, std::string_view after);

}  // namespace skiff::api
