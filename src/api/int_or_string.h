// intstr.IntOrString: a number, or text that is a percentage or a port name. Any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "json/value.h"

namespace skiff::api {

enum class Rounding { Down, Up };

// "25%" -> 25; nothing for numbers and other text.
std::optional<int64_t> percent_of(const json::Value& value);
// 5 -> 5, "25%" of total, rounded; nothing when it is neither.
std::optional<int64_t> scaled_value(const json::Value& value, int64_t total, Rounding rounding);

}  // namespace skiff::api
