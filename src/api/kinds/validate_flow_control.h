// Validation of flow control's kinds. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

void validate_flow_schema(const json::Value& object, FieldErrors& errors);
void validate_priority_level(const json::Value& object, FieldErrors& errors);

}  // namespace skiff::api::kinds
