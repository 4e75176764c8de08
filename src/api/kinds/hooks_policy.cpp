#include "api/kinds/hooks.h"
#include "api/kinds/autoscaler_versions.h"
#include "api/kinds/validate_status.h"
#include "api/kinds/validate_policy.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void default_autoscaler(Value& object) {
    drop_autoscaler_annotations(object);
    Value& spec = object.mut("spec");
    set_default(spec, "minReplicas", 1);
    if (spec["metrics"].size() == 0) spec.set("metrics", Value::array({default_autoscaler_metric()}));
    if_object(spec, "behavior", default_autoscaler_behavior);
}

void prepare_autoscaler(Value& object) {
    object.set("status", Value::object({{"desiredReplicas", 0}, {"currentMetrics", nullptr}}));
}

void default_autoscaler_v1(Value& object) {
    Value& spec = object.mut("spec");
    set_default(spec, "minReplicas", 1);
    if (!object["metadata"]["annotations"].has("autoscaling.alpha.kubernetes.io/metrics")) set_default(spec, "targetCPUUtilizationPercentage", 80);
}

// The tolerance of a behavior is an alpha feature that is off.
void drop_tolerance(Value& object) {
    if_object(object, "spec", [](Value& spec) {
        if_object(spec, "behavior", [](Value& behavior) {
            for (auto direction : {"scaleUp", "scaleDown"}) if_object(behavior, direction, [](Value& rules) { rules.erase("tolerance"); });
        });
    });
}

}  // namespace

KindHooks pod_disruption_budget_hooks() {
    return {.prepare_create = [](Value& object) {
        reset_status(object, {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"});
    },
            .validate_create = validate_pod_disruption_budget,
            .validate_update = also_on_update(validate_pod_disruption_budget),
            .validate_status_update = validate_disruption_budget_status};
}

KindHooks horizontal_pod_autoscaler_hooks() {
    return {.set_defaults = default_autoscaler,
            .prepare_create = [](Value& object) {
                drop_tolerance(object);
                prepare_autoscaler(object);
            },
            .prepare_update = [](Value& object, const Value&) { drop_tolerance(object); },
            .validate_create = validate_autoscaler,
            .validate_update = also_on_update(validate_autoscaler),
            .validate_status_update = validate_autoscaler_status};
}

KindHooks horizontal_pod_autoscaler_v1_hooks() {
    return {.set_defaults = default_autoscaler_v1,
            .prepare_create = settle_new_autoscaler_v1,
            .prepare_update = settle_autoscaler_v1,
            .validate_create = validate_autoscaler_v1,
            .validate_update = also_on_update(validate_autoscaler_v1),
            .validate_status_update = validate_autoscaler_status};
}

}  // namespace skiff::api::kinds
