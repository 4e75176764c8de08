#include "api/kinds/validate_policy.h"
#include "api/kinds/autoscaler_versions.h"
#include "api/kinds/check.h"
#include "api/kinds/validate_parts.h"
#include "api/quantity.h"
#include "api/selector.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");

// What is scaled is of a group; what a metric describes may be of the core.
enum class CoreGroup { Refused, Allowed };

void check_object_ref(const Value& target, const FieldPath& path, FieldErrors& errors, CoreGroup core_group = CoreGroup::Refused) {
    check_name(target["kind"], check_path_segment, path.child("kind"), errors);
    check_name(target["name"], check_path_segment, path.child("name"), errors);
    const std::string& version = target["apiVersion"].as_string();
    bool core = core_group == CoreGroup::Allowed || target["kind"].as_string() == "ReplicationController";
    size_t slash = version.find('/');
    if (slash != std::string::npos && slash != version.rfind('/')) errors.invalid(path.child("apiVersion"), version, "unexpected GroupVersion string: " + version);
    else if ((slash == std::string::npos || slash == 0) && !core) errors.invalid(path.child("apiVersion"), version, "apiVersion must specify API group");
}

void check_target_ref(const Value& target, FieldErrors& errors) { check_object_ref(target, kSpec.child("scaleTargetRef"), errors); }

void check_replicas(const Value& spec, FieldErrors& errors) {
    const Value &least = spec["minReplicas"], &most = spec["maxReplicas"];
    if (least.is_int() && least.as_int() < 1) errors.invalid(kSpec.child("minReplicas"), least, "must be greater than or equal to 1");
    if (most.as_int() < 1) errors.invalid(kSpec.child("maxReplicas"), most, "must be greater than 0");
    if (least.is_int() && most.as_int() < least.as_int()) errors.invalid(kSpec.child("maxReplicas"), most, "must be greater than or equal to `minReplicas`");
}

void check_metric_target(const Value& target, const FieldPath& path, FieldErrors& errors) {
    const std::string& type = target["type"].as_string();
    if (type.empty()) errors.required(path.child("type"), "must specify a metric target type");
    if (type != "Utilization" && type != "Value" && type != "AverageValue")
        errors.invalid(path.child("type"), type, "must be either Utilization, Value, or AverageValue");
    for (auto field : {"value", "averageValue"})
        if (!target[field].is_null() && Quantity::parse_or_zero(target[field].as_string()).sign() <= 0)
            errors.invalid(path.child(field), target[field], "must be positive");
    const Value& utilization = target["averageUtilization"];
    if (utilization.is_int() && utilization.as_int() < 1) errors.invalid(path.child("averageUtilization"), utilization, "must be greater than 0");
}

// Metrics of resources: a utilization or a raw value, not both.
void check_resource_metric(const Value& source, bool of_container, const FieldPath& path, FieldErrors& errors) {
    if (source["name"].empty()) errors.required(path.child("name"), "must specify a resource name");
    else if (of_container) validate_container_resource_name(source["name"].as_string(), path.child("name"), errors);
    const Value& target = source["target"];
    FieldPath at = path.child("target");
    check_metric_target(target, at, errors);
    bool utilization = !target["averageUtilization"].is_null(), average = !target["averageValue"].is_null();
    if (!utilization && !average) errors.required(at.child("averageUtilization"), "must set either a target raw value or a target utilization");
    if (utilization && average) errors.forbidden(at.child("averageValue"), "may not set both a target raw value and a target utilization");
}

void check_named_metric(const Value& source, const FieldPath& path, FieldErrors& errors) {
    FieldPath metric = path.child("metric");
    const Value& name = source["metric"]["name"];
    if (name.empty()) errors.required(metric.child("name"), "must specify a metric name");
    else add_complaints(check_path_segment(name.as_string()), metric.child("name"), name.as_string(), errors);
    check_metric_target(source["target"], path.child("target"), errors);
}

void check_source(std::string_view field, const Value& source, const FieldPath& path, FieldErrors& errors) {
    FieldPath target = path.child("target");
    bool value = !source["target"]["value"].is_null(), average = !source["target"]["averageValue"].is_null();
    if (field == "object") {
        check_object_ref(source["describedObject"], path.child("describedObject"), errors, CoreGroup::Allowed);
        check_named_metric(source, path, errors);
        if (!value && !average) errors.required(target.child("averageValue"), "must set either a target value or averageValue");
    } else if (field == "external") {
        check_named_metric(source, path, errors);
        if (!value && !average) errors.required(target.child("averageValue"), "must set either a target value for metric or a per-pod target");
        if (value && average) errors.forbidden(target.child("value"), "may not set both a target value for metric and a per-pod target");
    } else if (field == "pods") {
        check_named_metric(source, path, errors);
        if (!average) errors.required(target.child("averageValue"), "must specify a positive target averageValue");
    } else {
        check_resource_metric(source, field == "containerResource", path, errors);
        if (field != "containerResource") return;
        if (source["container"].empty()) errors.required(path.child("container"), "must specify a container");
        else add_complaints(check_dns1123_label(source["container"].as_string()), path.child("container"), source["container"].as_string(), errors);
    }
}

// Whether the metric comes from outside of the pods.
bool check_metric(const Value& metric, const FieldPath& path, FieldErrors& errors) {
    static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
        {"Object", "object"}, {"External", "external"}, {"Pods", "pods"}, {"Resource", "resource"}, {"ContainerResource", "containerResource"}};
    const std::string& type = metric["type"].as_string();
    if (type.empty()) errors.required(path.child("type"), "must specify a metric source type");
    std::string_view wanted;
    size_t sources = 0;
    for (auto [name, field] : kTypes) {
        if (type == name) wanted = field;
        if (metric[field].is_object() && ++sources == 1) check_source(field, metric[field], path.child(field), errors);
    }
    // Kubernetes finds an unknown type twice.
    for (int i = 0; i < 2 && wanted.empty(); ++i) errors.not_supported(path.child("type"), type, {"ContainerResource", "External", "Object", "Pods", "Resource"});
    if (!wanted.empty() && !metric[wanted].is_object()) errors.required(path.child(wanted), "must populate information for the given metric source");
    for (auto [name, field] : kTypes)
        if (sources > 1 && field != wanted && metric[field].is_object()) errors.forbidden(path.child(field), "must populate the given metric source only");
    return type == "Object" || type == "External";
}

}  // namespace

void validate_pod_disruption_budget(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    const Value &least = spec["minAvailable"], &most = spec["maxUnavailable"];
    if (!least.is_null() && !most.is_null()) {
        Value go = Value::object({{"MinAvailable", least}, {"Selector", spec["selector"]}, {"MaxUnavailable", most},
                                  {"UnhealthyPodEvictionPolicy", spec["unhealthyPodEvictionPolicy"]}});
        errors.invalid(kSpec, go, "minAvailable and maxUnavailable cannot be both set");
    }
    for (auto field : {"minAvailable", "maxUnavailable"}) {
        check_int_or_percent(spec[field], kSpec.child(field), errors);
        check_at_most_100_percent(spec[field], kSpec.child(field), errors);
    }
    validate_label_selector(spec["selector"], kSpec.child("selector"), errors);
    check_one_of(spec["unhealthyPodEvictionPolicy"], kSpec.child("unhealthyPodEvictionPolicy"), {"AlwaysAllow", "IfHealthyBudget"}, errors, Presence::Optional);
}

namespace {

// How fast and by how much it may scale.
void check_behavior(const Value& behavior, FieldErrors& errors) {
    constexpr int64_t kWindowMax = 3600, kPeriodMax = 1800;
    for (auto direction : {"scaleUp", "scaleDown"}) {
        const Value& rules = behavior[direction];
        if (!rules.is_object()) continue;
        FieldPath path = FieldPath("spec").child("behavior").child(direction);
        const Value& window = rules["stabilizationWindowSeconds"];
        if (window.is_int() && window.as_int() < 0) errors.invalid(path.child("stabilizationWindowSeconds"), window, "must be greater than or equal to zero");
        if (window.as_int() > kWindowMax) errors.invalid(path.child("stabilizationWindowSeconds"), window, fmt::format("must be less than or equal to {}", kWindowMax));
        check_one_of(rules["selectPolicy"], path.child("selectPolicy"), {"Disabled", "Max", "Min"}, errors, Presence::Optional);
        const Value& policies = rules["policies"];
        if (policies.size() == 0) errors.required(path.child("policies"), "must specify at least one Policy");
        for (size_t i = 0; i < policies.size(); ++i) {
            FieldPath at = path.child("policies").index(i);
            check_listed(policies[i]["type"], at.child("type"), {"Percent", "Pods"}, errors);
            if (policies[i]["value"].as_int() <= 0) errors.invalid(at.child("value"), policies[i]["value"].as_int(), "must be greater than zero");
            int64_t period = policies[i]["periodSeconds"].as_int();
            if (period <= 0) errors.invalid(at.child("periodSeconds"), period, "must be greater than zero");
            if (period > kPeriodMax) errors.invalid(at.child("periodSeconds"), period, fmt::format("must be less than or equal to {}", kPeriodMax));
        }
    }
}

}  // namespace

void validate_autoscaler(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    check_replicas(spec, errors);
    check_target_ref(spec["scaleTargetRef"], errors);
    check_behavior(spec["behavior"], errors);
    bool from_outside = false;
    const Value& metrics = spec["metrics"];
    for (size_t i = 0; i < metrics.size(); ++i) from_outside |= check_metric(metrics[i], kSpec.child("metrics").index(i), errors);
    if (spec["minReplicas"].is_int() && spec["minReplicas"].as_int() == 0 && !from_outside)
        errors.forbidden(kSpec.child("metrics"), "must specify at least one Object or External metric to support scaling to zero replicas");
}

// It is stored in v2, and told about as such.
void validate_autoscaler_v1(const Value& object, FieldErrors& errors) { validate_autoscaler(autoscaler_to_v2(object), errors); }

}  // namespace skiff::api::kinds
