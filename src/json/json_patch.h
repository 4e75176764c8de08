// JSON patch, RFC 6902, with the bounds and the wording of the library that Kubernetes uses (evanphx/json-patch). Any thread.
#pragma once

#include "base/status.h"
#include "json/value.h"

namespace skiff::json {

struct PatchLimits {
    size_t operations_max = 10'000;
    size_t copied_bytes_max = 3 << 20;   // by all copy operations together
};

// Applies the operations of patch (an array) in order to document; on an error document is half changed and must be thrown away.
// BadRequest: patch is no list. RequestEntityTooLarge: over a limit. Invalid: an operation cannot be applied.
// "replace" may add a member that is not there yet, and "copy" of one gives null, as in that library.
Status json_patch(Value& document, const Value& patch, const PatchLimits& limits = {});

}  // namespace skiff::json
