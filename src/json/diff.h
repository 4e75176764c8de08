// The JSON merge patch (RFC 7386) that turns one value into another. Any thread.
#pragma once

#include "json/value.h"

namespace skiff::json {

// merge_patch(from, diff(from, to)) == to, for values without null members ({} when equal). Lists are atomic.
Value diff(const Value& from, const Value& to);

}  // namespace skiff::json
