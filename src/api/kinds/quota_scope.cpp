#include "api/kinds/quota_scope.h"

#include <algorithm>

#include "api/kinds/pod_qos.h"

namespace skiff::api::kinds {

namespace {

bool best_effort(const json::Value& pod) { return pod_qos_class(pod["spec"]) == "BestEffort"; }

bool affinity_crosses_namespaces(const json::Value& pod) {
    for (auto kind : {"podAffinity", "podAntiAffinity"})
        for (auto list : {"requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"})
            for (const auto& item : pod["spec"]["affinity"][kind][list].items()) {
                const auto& term = item.has("podAffinityTerm") ? item["podAffinityTerm"] : item;
                if (term["namespaces"].size() != 0 || !term["namespaceSelector"].is_null()) return true;
            }
    return false;
}

bool selects(const std::string& op, const json::Value& values, const std::string& name) {
    bool listed = std::any_of(values.items().begin(), values.items().end(), [&](const json::Value& v) { return v.as_string() == name; });
    if (op == "In") return listed && !name.empty();
    if (op == "NotIn") return !listed;
    return op == "DoesNotExist" ? name.empty() : !name.empty();
}

bool in_scope(const json::Value& pod, const std::string& scope, const std::string& op, const json::Value& values) {
    if (scope == "Terminating") return pod["spec"]["activeDeadlineSeconds"].is_int();
    if (scope == "NotTerminating") return !pod["spec"]["activeDeadlineSeconds"].is_int();
    if (scope == "BestEffort") return best_effort(pod);
    if (scope == "NotBestEffort") return !best_effort(pod);
    if (scope == "CrossNamespacePodAffinity") return affinity_crosses_namespaces(pod);
    if (scope != "PriorityClass") return false;
    return selects(op, values, pod["spec"]["priorityClassName"].as_string());
}

// The classes that a claim has, wants and is on the way to.
bool claim_in_scope(const json::Value& claim, const std::string& scope, const std::string& op, const json::Value& values) {
    if (scope != "VolumeAttributesClass") return false;
    const json::Value& status = claim["status"];
    bool any = false, matches = false;
    for (const json::Value* name : {&claim["spec"]["volumeAttributesClassName"], &status["currentVolumeAttributesClassName"], &status["modifyVolumeStatus"]["targetVolumeAttributesClassName"]}) {
        if (name->as_string().empty()) continue;
        any = true;
        matches = matches || selects(op, values, name->as_string());
    }
    return any ? matches : selects(op, values, "");
}

bool is_core(const Gvr& gvr, std::string_view resource) { return gvr.group.empty() && gvr.resource == resource; }

}  // namespace

bool scope_takes(const json::Value& requirement, const Gvr& gvr, const json::Value& object) {
    if (!is_core(gvr, "pods") && !is_core(gvr, "persistentvolumeclaims")) return false;
    auto in = is_core(gvr, "pods") ? in_scope : claim_in_scope;
    return in(object, requirement["scopeName"].as_string(), requirement["operator"].as_string(), requirement["values"]);
}

bool quota_covers(const json::Value& spec, const Gvr& gvr, const json::Value& object) {
    if (spec["scopes"].size() == 0 && spec["scopeSelector"]["matchExpressions"].size() == 0) return true;
    for (const auto& scope : spec["scopes"].items())
        if (!scope_takes(json::Value::object({{"scopeName", scope}, {"operator", "Exists"}}), gvr, object)) return false;
    for (const auto& expression : spec["scopeSelector"]["matchExpressions"].items())
        if (!scope_takes(expression, gvr, object)) return false;
    return true;
}

}  // namespace skiff::api::kinds
