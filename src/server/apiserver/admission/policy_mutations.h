// What the expressions of a MutatingAdmissionPolicy give, done to an object: an apply configuration merged into it, or a list of JSON
// patches. Pure; any thread.
#pragma once

#include "api/kind.h"
#include "cel/value.h"

namespace skiff::apiserver {

// Both leave an object of the kind with its defaults; on an error it is as it was. InternalError is for the client whatever the policy's
// failurePolicy; any other error is the policy's.
Status apply_object(const api::KindInfo& kind, const cel::Value& object, json::Value& target);
Status apply_patches(const api::KindInfo& kind, const cel::Value& patches, json::Value& target);

}  // namespace skiff::apiserver
