#include "server/apiserver/registry/conversion.h"

#include "api/custom_resource.h"

#include <array>
#include <utility>

#include "json/parse.h"
#include "json/write.h"

namespace skiff::apiserver {
namespace {

// events.k8s.io/v1 on the left, core/v1 on the right.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kEventFields = {{
    {"regarding", "involvedObject"},
    {"note", "message"},
    {"deprecatedSource", "source"},
    {"deprecatedFirstTimestamp", "firstTimestamp"},
    {"deprecatedLastTimestamp", "lastTimestamp"},
    {"deprecatedCount", "count"},
}};

constexpr std::string_view kReportingController = "reportingController";   // core: reportingComponent
constexpr std::string_view kReportingComponent = "reportingComponent";

json::Value rename_event(json::Value object, bool to_core) {
    for (json::Member& member : object.mut_members()) {
        for (const auto& [events, core] : kEventFields)
            if (member.key == (to_core ? events : core)) {
                member.key = std::string(to_core ? core : events);
                break;
            }
        if (to_core && member.key == kReportingController) member.key = kReportingComponent;
        else if (!to_core && member.key == kReportingComponent) member.key = kReportingController;
    }
    return object;
}

constexpr std::string_view kMetricsAnnotation = "autoscaling.alpha.kubernetes.io/metrics";
constexpr std::string_view kStatusAnnotation = "autoscaling.alpha.kubernetes.io/current-metrics";
constexpr std::string_view kConditionsAnnotation = "autoscaling.alpha.kubernetes.io/conditions";
constexpr std::string_view kBehaviorAnnotation = "autoscaling.alpha.kubernetes.io/behavior";

bool is_cpu_utilization(const json::Value& metric, const char* target) {
    return metric["type"].as_string() == "Resource" && metric["resource"]["name"].as_string() == "cpu" &&
           metric["resource"][target].has("averageUtilization");
}

void annotate(json::Value& object, std::string_view key, const json::Value& value) {
    object.mut("metadata").mut("annotations").set(key, json::write(value));
}

// Metrics in the annotations have the shape of autoscaling/v2beta1: the target's values stand beside the name.
constexpr const char* kMetricSources[] = {"resource", "containerResource", "pods", "object", "external"};

struct MetricNames {
    const char *value, *average_value, *average_utilization;
};
constexpr MetricNames kTargetNames{"targetValue", "targetAverageValue", "targetAverageUtilization"};
constexpr MetricNames kCurrentNames{"currentValue", "currentAverageValue", "currentAverageUtilization"};

json::Value flatten_metric(json::Value metric, const char* target, const MetricNames& names) {
    for (const char* source_name : kMetricSources) {
        json::Value* source = metric.find(source_name);
        if (source == nullptr || !source->is_object()) continue;
        json::Value wanted = (*source)[target];
        source->erase(target);
        if (wanted.has("value")) source->set(names.value, wanted["value"]);
        if (wanted.has("averageValue")) source->set(names.average_value, wanted["averageValue"]);
        if (wanted.has("averageUtilization")) source->set(names.average_utilization, wanted["averageUtilization"]);
        if (json::Value inner = (*source)["metric"]; inner.is_object()) {
            source->erase("metric");
            source->set("metricName", inner["name"]);
            if (inner.has("selector")) source->set("selector", inner["selector"]);
        }
        if (json::Value described = (*source)["describedObject"]; described.is_object()) {
            source->erase("describedObject");
            source->set("target", std::move(described));
        }
    }
    return metric;
}

json::Value unflatten_metric(json::Value metric, const char* target, const MetricNames& names) {
    for (const char* source_name : kMetricSources) {
        json::Value* source = metric.find(source_name);
        if (source == nullptr || !source->is_object()) continue;
        if (json::Value described = (*source)["target"]; described.has("kind")) {
            source->erase("target");
            source->set("describedObject", std::move(described));
        }
        json::Value wanted = json::Value::object();
        const char* type = nullptr;
        auto take = [&](const char* from, const char* to, const char* type_name) {
            json::Value value = (*source)[from];
            if (value.is_null()) return;
            source->erase(from);
            wanted.set(to, std::move(value));
            type = type_name;
        };
        take(names.value, "value", "Value");
        take(names.average_value, "averageValue", "AverageValue");
        take(names.average_utilization, "averageUtilization", "Utilization");
        if (type != nullptr && std::string_view(target) == "target") wanted.set("type", type);
        if (json::Value name = (*source)["metricName"]; name.is_string()) {
            json::Value inner = json::Value::object({{"name", std::move(name)}});
            if (source->has("selector")) inner.set("selector", (*source)["selector"]);
            source->erase("metricName");
            source->erase("selector");
            source->set("metric", std::move(inner));
        }
        if (wanted.size() > 0) source->set(target, std::move(wanted));
    }
    return metric;
}

json::Value hpa_to_v1(json::Value object) {
    json::Value& spec = object.mut("spec");
    json::Value others = json::Value::array();
    for (const json::Value& metric : spec["metrics"].items()) {
        if (is_cpu_utilization(metric, "target")) spec.set("targetCPUUtilizationPercentage", metric["resource"]["target"]["averageUtilization"]);
        else others.push_back(flatten_metric(metric, "target", kTargetNames));
    }
    spec.erase("metrics");
    if (others.size() > 0) annotate(object, kMetricsAnnotation, others);
    if (object["spec"].has("behavior")) {
        annotate(object, kBehaviorAnnotation, object["spec"]["behavior"]);
        object.mut("spec").erase("behavior");
    }
    if (json::Value* status = object.find("status"); status && status->is_object()) {
        json::Value current = json::Value::array();
        for (const json::Value& metric : (*status)["currentMetrics"].items()) {
            if (is_cpu_utilization(metric, "current")) status->set("currentCPUUtilizationPercentage", metric["resource"]["current"]["averageUtilization"]);
            else current.push_back(flatten_metric(metric, "current", kCurrentNames));
        }
        json::Value conditions = (*status)["conditions"];
        status->erase("currentMetrics");
        status->erase("conditions");
        if (!status->has("currentReplicas")) status->set("currentReplicas", 0);
        if (!status->has("desiredReplicas")) status->set("desiredReplicas", 0);
        if (current.size() > 0) annotate(object, kStatusAnnotation, current);
        if (conditions.size() > 0) annotate(object, kConditionsAnnotation, conditions);
    }
    return object;
}

// Takes an annotation's JSON out of the object; null when there is none or it cannot be read.
json::Value take_annotation(json::Value& object, std::string_view key) {
    json::Value* annotations = object.mut("metadata").find("annotations");
    if (annotations == nullptr) return {};
    const json::Value* text = annotations->find(key);
    if (text == nullptr) return {};
    auto parsed = json::parse(text->as_string());
    annotations->erase(key);
    if (annotations->size() == 0) object.mut("metadata").erase("annotations");
    return parsed.ok() ? std::move(parsed).value() : json::Value();
}

json::Value cpu_metric(const char* target, json::Value utilization) {
    json::Value value = json::Value::object({{"averageUtilization", std::move(utilization)}});
    if (std::string_view(target) == "target") value.set("type", "Utilization");
    return json::Value::object({{"type", "Resource"}, {"resource", json::Value::object({{"name", "cpu"}, {target, std::move(value)}})}});
}

json::Value hpa_to_v2(json::Value object) {
    json::Value metrics = json::Value::array();
    json::Value others = take_annotation(object, kMetricsAnnotation);
    json::Value behavior = take_annotation(object, kBehaviorAnnotation);
    json::Value current_others = take_annotation(object, kStatusAnnotation);
    json::Value conditions = take_annotation(object, kConditionsAnnotation);
    json::Value& spec = object.mut("spec");
    if (const json::Value* cpu = spec.find("targetCPUUtilizationPercentage"); cpu && !cpu->is_null()) metrics.push_back(cpu_metric("target", *cpu));
    spec.erase("targetCPUUtilizationPercentage");
    for (const json::Value& metric : others.items()) metrics.push_back(unflatten_metric(metric, "target", kTargetNames));
    if (metrics.size() > 0) spec.set("metrics", std::move(metrics));
    if (behavior.is_object()) spec.set("behavior", std::move(behavior));
    if (json::Value* status = object.find("status"); status && status->is_object()) {
        json::Value current = json::Value::array();
        if (const json::Value* cpu = status->find("currentCPUUtilizationPercentage"); cpu && !cpu->is_null()) current.push_back(cpu_metric("current", *cpu));
        status->erase("currentCPUUtilizationPercentage");
        for (const json::Value& metric : current_others.items()) current.push_back(unflatten_metric(metric, "current", kCurrentNames));
        status->set("currentMetrics", current.size() > 0 ? std::move(current) : json::Value());
        if (conditions.size() > 0) status->set("conditions", std::move(conditions));
    }
    return object;
}

}  // namespace

const api::KindInfo& storage_kind(const api::KindRegistry& kinds, const api::KindInfo& kind) {
    if (!kind.storage) return kind;
    if (kind.custom) return *kind.custom->stored;
    for (const api::KindInfo* other : kinds.all())
        if (other->storage && other->storage_prefix == kind.storage_prefix) return *other;
    return kind;
}

json::Value convert(json::Value object, const api::KindInfo& from, const api::KindInfo& to) {
    if (&from == &to || from.gvk == to.gvk) return object;
    if (from.gvk.kind == "Event") object = rename_event(std::move(object), to.gvk.group.empty());
    if (from.gvk.kind == "HorizontalPodAutoscaler") object = to.gvk.version == "v1" ? hpa_to_v1(std::move(object)) : hpa_to_v2(std::move(object));
    object.set("kind", to.gvk.kind);
    object.set("apiVersion", to.gvk.api_version());
    return object;
}

bool is_shown_in_storage_version(const api::KindInfo& kind) { return !kind.custom && kind.gvk.kind == "HorizontalPodAutoscaler" && kind.gvk.version == "v1"; }
json::Value in_storage_version(json::Value object) { return hpa_to_v2(std::move(object)); }

const std::vector<std::string>& indexed_fields(const api::KindRegistry& kinds, const api::KindInfo& kind) {
    return kind.custom ? kind.custom->definition->indexed_fields : storage_kind(kinds, kind).selectable_fields;
}

}  // namespace skiff::apiserver
