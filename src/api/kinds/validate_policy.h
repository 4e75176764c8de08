// Validation of disruption budgets and autoscalers. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

void validate_pod_disruption_budget(const json::Value& object, FieldErrors& errors);
// autoscaling/v2 and v1
void validate_autoscaler(const json::Value& object, FieldErrors& errors);
void validate_autoscaler_v1(const json::Value& object, FieldErrors& errors);

}  // namespace skiff::api::kinds
