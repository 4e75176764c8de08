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

}  // namespace skiff::apiserver
