#include "server/apiserver/admission/quota_usage.h"

#include <algorithm>

namespace skiff::apiserver {
namespace {

using api::Quantity;

// Core kinds that have a short name beside count/<resource>.
constexpr std::string_view kCounted[] = {"configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "secrets", "services"};

bool is_core(const api::KindInfo& kind, std::string_view plural) { return kind.gvk.group.empty() && kind.plural == plural; }

void pod_usage(const json::Value& pod, Quantities& out) {
    const std::string& phase = pod["status"]["phase"].as_string();
    if (phase == "Succeeded" || phase == "Failed") return;
    out["pods"] = Quantity::of(1);
    for (const auto& [name, value] : pod_resources(pod, ResourceSide::Requests)) {
        out["requests." + name] = value;
        if (name == "cpu" || name == "memory" || name == "ephemeral-storage") out[name] = value;
    }
    for (const auto& [name, value] : pod_resources(pod, ResourceSide::Limits))
        if (name == "cpu" || name == "memory" || name == "ephemeral-storage") out["limits." + name] = value;
}

void claim_usage(const json::Value& claim, Quantities& out) {
    Quantity storage = Quantity::parse_or_zero(claim["spec"]["resources"]["requests"]["storage"].as_string());
    out["requests.storage"] = storage;
    if (const std::string& c = claim["spec"]["storageClassName"].as_string(); !c.empty()) {
        out[c + ".storageclass.storage.k8s.io/requests.storage"] = storage;
        out[c + ".storageclass.storage.k8s.io/persistentvolumeclaims"] = Quantity::of(1);
    }
}

// Devices by class; of alternatives the most that one of them may take. All devices: as many as a claim can have.
void device_usage(const json::Value& claim, Quantities& out) {
    auto add = [](Quantities& to, const json::Value& request) {
        const int64_t count = request["allocationMode"].as_string() == "All" ? 32 : request["count"].as_int();
        auto& most = to[request["deviceClassName"].as_string() + ".deviceclass.resource.k8s.io/devices"];
        most = std::max(most, Quantity::of(count));
    };
    for (const json::Value& request : claim["spec"]["devices"]["requests"].items()) {
        Quantities most;
        if (request["exactly"].is_object()) add(most, request["exactly"]);
        for (const json::Value& one : request["firstAvailable"].items()) add(most, one);
        for (const auto& [name, count] : most) out[name] += count;
    }
}

void service_usage(const json::Value& service, Quantities& out) {
    const std::string& type = service["spec"]["type"].as_string();
    size_t ports = service["spec"]["ports"].size();
    if (type == "NodePort" || (type == "LoadBalancer" && service["spec"]["allocateLoadBalancerNodePorts"].as_bool(true))) out["services.nodeports"] = Quantity::of(static_cast<int64_t>(ports));
    if (type == "LoadBalancer") out["services.loadbalancers"] = Quantity::of(1);
}

bool best_effort(const json::Value& pod) {
    auto asks = [](const json::Value& resources) {
        for (const char* side : {"requests", "limits"})
            if (resources[side].has("cpu") || resources[side].has("memory")) return true;
        return false;
    };
    if (asks(pod["spec"]["resources"])) return false;
    for (const char* list : {"containers", "initContainers"})
        for (const json::Value& c : pod["spec"][list].items())
            if (asks(c["resources"])) return false;
    return true;
}

bool selects(const std::string& op, const json::Value& values, const std::string& name) {
    const json::Array& list = values.items();
    bool listed = std::any_of(list.begin(), list.end(), [&](const json::Value& v) { return v.as_string() == name; });
    if (op == "In") return listed && !name.empty();
    if (op == "NotIn") return !listed;
    return op == "DoesNotExist" ? name.empty() : !name.empty();
}

// The classes that a claim has, wants and is on the way to.
bool claim_in_scope(const std::string& scope, const std::string& op, const json::Value& values, const json::Value& claim) {
    if (scope != "VolumeAttributesClass") return false;
    const json::Value& status = claim["status"];
    bool any = false, matches = false;
    for (const json::Value* name : {&claim["spec"]["volumeAttributesClassName"], &status["currentVolumeAttributesClassName"], &status["modifyVolumeStatus"]["targetVolumeAttributesClassName"]})
        if (!name->as_string().empty()) {
            any = true;
            matches = matches || selects(op, values, name->as_string());
        }
    return any ? matches : selects(op, values, "");
}

bool in_scope(const std::string& scope, const std::string& op, const json::Value& values, const json::Value& pod) {
    if (scope == "Terminating") return pod["spec"]["activeDeadlineSeconds"].is_number();
    if (scope == "NotTerminating") return !pod["spec"]["activeDeadlineSeconds"].is_number();
    if (scope == "BestEffort") return best_effort(pod);
    if (scope == "NotBestEffort") return !best_effort(pod);
    if (scope == "CrossNamespacePodAffinity") {
        for (const char* kind : {"podAffinity", "podAntiAffinity"})
            for (const char* list : {"requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"})
                for (const json::Value& term : pod["spec"]["affinity"][kind][list].items()) {
                    const json::Value& t = term.has("podAffinityTerm") ? term["podAffinityTerm"] : term;
                    if (t["namespaces"].size() > 0 || t.has("namespaceSelector")) return true;
                }
        return false;
    }
    if (scope != "PriorityClass") return false;
    return selects(op, values, pod["spec"]["priorityClassName"].as_string());
}

}  // namespace

Quantities usage_of(const api::KindInfo& kind, const json::Value& object) {
    Quantities out;
    out["count/" + kind.gvr().group_resource()] = Quantity::of(1);
    if (kind.gvk.group.empty() && std::find(std::begin(kCounted), std::end(kCounted), kind.plural) != std::end(kCounted)) out[kind.plural] = Quantity::of(1);
    if (is_core(kind, "pods")) {
        out.erase("count/pods");
        const std::string& phase = object["status"]["phase"].as_string();
        if (phase != "Succeeded" && phase != "Failed") out["count/pods"] = Quantity::of(1);
        pod_usage(object, out);
    }
    if (is_core(kind, "persistentvolumeclaims")) claim_usage(object, out);
    if (is_core(kind, "services")) service_usage(object, out);
    if (kind.plural == "resourceclaims" && kind.gvk.group == "resource.k8s.io") device_usage(object, out);
    return out;
}

bool quota_covers(const json::Value& quota, const api::KindInfo& kind, const json::Value& object) {
    const json::Value& spec = quota["spec"];
    if (spec["scopes"].size() == 0 && spec["scopeSelector"]["matchExpressions"].size() == 0) return true;
    const bool claim = is_core(kind, "persistentvolumeclaims");
    if (!is_core(kind, "pods") && !claim) return false;
    auto in = claim ? claim_in_scope : in_scope;
    for (const json::Value& scope : spec["scopes"].items())
        if (!in(scope.as_string(), "Exists", {}, object)) return false;
    for (const json::Value& e : spec["scopeSelector"]["matchExpressions"].items())
        if (!in(e["scopeName"].as_string(), e["operator"].as_string(), e["values"], object)) return false;
    return true;
}

}  // namespace skiff::apiserver
