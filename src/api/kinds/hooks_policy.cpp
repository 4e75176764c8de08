#include "api/kinds/hooks.h"
#include "api/kinds/validate_status.h"
#include "api/kinds/validate_policy.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

Value scaling_policy(std::string_view type, int value) {
    return Value::object({{"type", type}, {"value", value}, {"periodSeconds", 15}});
}

// The rules that apply where a behavior is given but leaves them out.
void default_behavior(Value& behavior) {
    Value& up = behavior.mut("scaleUp");
    set_default(up, "stabilizationWindowSeconds", 0);
    set_default(up, "selectPolicy", "Max");
    if (up["policies"].is_null()) up.set("policies", Value::array({scaling_policy("Pods", 4), scaling_policy("Percent", 100)}));
    Value& down = behavior.mut("scaleDown");
    set_default(down, "selectPolicy", "Max");
    if (down["policies"].is_null()) down.set("policies", Value::array({scaling_policy("Percent", 100)}));
}

void default_autoscaler(Value& object) {
    Value& spec = object.mut("spec");
    set_default(spec, "minReplicas", 1);
    if (spec["metrics"].size() == 0) {
        Value target = Value::object({{"type", "Utilization"}, {"averageUtilization", 80}});
        Value resource = Value::object({{"name", "cpu"}, {"target", std::move(target)}});
        spec.set("metrics", Value::array({Value::object({{"type", "Resource"}, {"resource", std::move(resource)}})}));
    }
    if_object(spec, "behavior", default_behavior);
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
            .prepare_create = [](Value& object) { reset_status(object, {"currentReplicas", "desiredReplicas"}); },
            .validate_create = validate_autoscaler_v1,
            .validate_update = also_on_update(validate_autoscaler_v1),
            .validate_status_update = validate_autoscaler_status};
}

}  // namespace skiff::api::kinds
