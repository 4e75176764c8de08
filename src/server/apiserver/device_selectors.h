// Selectors of devices in classes, claims and templates are compiled when they are written. Pure; any thread.
#pragma once

#include "api/kind.h"
#include "api/validation.h"

namespace skiff::apiserver {

// Other kinds have none. old null: a create; what does not change is not looked at again.
void check_device_selectors(const api::KindInfo& kind, const json::Value& object, const json::Value* old, api::FieldErrors& errors);

}  // namespace skiff::apiserver
