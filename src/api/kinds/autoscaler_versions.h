// autoscaling/v1 and v2 of one autoscaler. What v1 has no fields for travels in four annotations, written as Kubernetes writes them: metrics and
// current metrics in the shape they had in v1, the behavior by the names of Kubernetes' own structs. Pure; any thread.
#pragma once

#include "json/value.h"

namespace skiff::api::kinds {

json::Value autoscaler_to_v1(json::Value object);
// An annotation that cannot be read counts as none. Without any metric it gets the default one. Amounts that are missing in current metrics stay so.
json::Value autoscaler_to_v2(json::Value object);

// The four annotations mean something in v1 only, and are in no other version.
void drop_autoscaler_annotations(json::Value& object);
// What is followed where nothing is given: CPU at 80 %.
json::Value default_autoscaler_metric();
// The rules that apply where a behavior is given but leaves them out.
void default_autoscaler_behavior(json::Value& behavior);

// An object in v1 as it is after a turn through v2, where the status (on create: none) or the spec is `old`'s.
void settle_new_autoscaler_v1(json::Value& object);
void settle_autoscaler_v1(json::Value& object, const json::Value& old);
void settle_autoscaler_v1_status(json::Value& object, const json::Value& old);

}  // namespace skiff::api::kinds
