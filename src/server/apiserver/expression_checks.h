// The expressions of admission policies, of webhooks' match conditions and of custom resource definitions are compiled when they are written,
// so that mistakes are answered with their place. Pure; any thread.
#pragma once

#include "api/kind.h"
#include "api/validation.h"

namespace skiff::apiserver {

// Other kinds have none. old null: a create; what does not change is not looked at again.
void check_expressions(const api::KindInfo& kind, const json::Value& object, const json::Value* old, api::FieldErrors& errors);

}  // namespace skiff::apiserver
