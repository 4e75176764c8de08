// Strategic merge patch: lists merge by the keys of the schema; directives $patch, $deleteFromPrimitiveList/<list>,
// $setElementOrder/<list>, $retainKeys. Pure; any thread.
#pragma once

#include "api/schema.h"
#include "base/status.h"

namespace skiff::api {

// Applies patch to target. On an error target is half changed. Errors are Invalid or BadRequest with Kubernetes' words.
Status strategic_merge(const TypeSchema& schema, json::Value& target, const json::Value& patch);

}  // namespace skiff::api
