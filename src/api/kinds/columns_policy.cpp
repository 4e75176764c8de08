#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "base/strings.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr std::string_view kUnknown = "<unknown>";

std::string percent(const Value& number, std::string_view fallback) {
    return number.is_null() ? std::string(fallback) : fmt::format("{}%", number.as_int());
}

// "cpu: 10%/50%" of a metric of resources.
std::string resource_metric(const Value& spec, const Value& status) {
    const Value& target = spec["target"];
    const Value& current = status["current"];
    std::string name = spec["name"].as_string();
    if (!target["averageValue"].is_null())
        return fmt::format("{}: {}/{}", name, text_or(current["averageValue"], kUnknown), target["averageValue"].as_string());
    return fmt::format("{}: {}/{}", name, percent(current["averageUtilization"], kUnknown), percent(target["averageUtilization"], "<auto>"));
}

std::string value_metric(const Value& spec, const Value& status) {
    const Value& target = spec["target"];
    const Value& current = status["current"];
    if (!target["averageValue"].is_null())
        return fmt::format("{}/{} (avg)", text_or(current["averageValue"], kUnknown), target["averageValue"].as_string());
    return fmt::format("{}/{}", text_or(current["value"], kUnknown), target["value"].as_string());
}

std::string metric(const Value& spec, const Value& status) {
    const std::string& type = spec["type"].as_string();
    if (type == "Resource") return resource_metric(spec["resource"], status["resource"]);
    if (type == "ContainerResource") return resource_metric(spec["containerResource"], status["containerResource"]);
    if (type == "External") return value_metric(spec["external"], status["external"]);
    if (type == "Object") return value_metric(spec["object"], status["object"]);
    if (type == "Pods")
        return fmt::format("{}/{}", text_or(status["pods"]["current"]["averageValue"], kUnknown), spec["pods"]["target"]["averageValue"].as_string());
    return "<unknown type>";
}

Value targets(const Value& object, WallTime) {
    constexpr size_t kShown = 2;
    const auto& specs = object["spec"]["metrics"].items();
    if (specs.empty()) return "<none>";
    std::vector<std::string> texts;
    for (size_t i = 0; i < specs.size() && i < kShown; ++i) texts.push_back(metric(specs[i], object["status"]["currentMetrics"][i]));
    std::string text = join(texts, ", ");
    return specs.size() > kShown ? fmt::format("{} + {} more...", text, specs.size() - kShown) : text;
}

}  // namespace

std::vector<Column> pod_disruption_budget_columns() {
    return {
        name_column(),
        column("Min Available", "string", [](const Value& o, WallTime) -> Value { return int_or_text(o["spec"]["minAvailable"], "N/A"); },
               "The minimum number of pods that must be available."),
        column("Max Unavailable", "string", [](const Value& o, WallTime) -> Value { return int_or_text(o["spec"]["maxUnavailable"], "N/A"); },
               "The maximum number of pods that may be unavailable."),
        column("Allowed Disruptions", "integer", [](const Value& o, WallTime) -> Value { return o["status"]["disruptionsAllowed"].as_int(); },
               "Calculated number of pods that may be disrupted at this time."),
        age_column(),
    };
}

std::vector<Column> horizontal_pod_autoscaler_columns() {
    return {
        name_column(),
        column("Reference", "string",
               [](const Value& o, WallTime) -> Value {
                   const Value& target = o["spec"]["scaleTargetRef"];
                   return target["kind"].as_string() + "/" + target["name"].as_string();
               },
               "scaleTargetRef points to the target resource to scale, and is used to the pods for which metrics should be col"
               "lected, as well as to actually change the replica count."),
        column("Targets", "string", targets,
               "metrics contains the specifications for which to use to calculate the desired replica count (the maximum repli"
               "ca count across all metrics will be used).  The desired replica count is calculated multiplying the ratio betw"
               "een the target value and the current value by the current number of pods.  Ergo, metrics used must decrease as"
               " the pod count is increased, and vice-versa.  See the individual metric source types for more information abou"
               "t how each type of metric must respond."),
        column("MinPods", "string", [](const Value& o, WallTime) -> Value { return int_or_text(o["spec"]["minReplicas"], "<unset>"); },
               "minReplicas is the lower limit for the number of replicas to which the autoscaler can scale down.  It defaults"
               " to 1 pod.  minReplicas is allowed to be 0 if the alpha feature gate HPAScaleToZero is enabled and at least on"
               "e Object or External metric is configured.  Scaling is active as long as at least one metric value is availabl"
               "e."),
        column("MaxPods", "string", [](const Value& o, WallTime) -> Value { return o["spec"]["maxReplicas"].as_int(); },
               "maxReplicas is the upper limit for the number of replicas to which the autoscaler can scale up. It cannot be l"
               "ess that minReplicas."),
        column("Replicas", "string", [](const Value& o, WallTime) -> Value { return o["status"]["currentReplicas"].as_int(); },
               "currentReplicas is current number of replicas of pods managed by this autoscaler, as last seen by the autoscal"
               "er."),
        age_column(),
    };
}

}  // namespace skiff::api::kinds
