// How many values a request's body may have. A value of two bytes in the text costs a hundred in memory and time in every step of a write, so
// bytes alone bound nothing. The largest definitions in use have forty thousand.
#pragma once

#include <string_view>

#include "base/status.h"

namespace skiff::apiserver {

constexpr size_t kBodyValuesMax = 64'000;

// RequestEntityTooLarge when a JSON text has more values. Looks at texts only that are long enough for that; reads each byte once.
Status check_body_values(std::string_view json);

}  // namespace skiff::apiserver
