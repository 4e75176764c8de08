#include "api/kinds/quota_usage.h"

#include <algorithm>

namespace skiff::api::kinds {
namespace {

// Core kinds that have a short name beside count/<resource>.
constexpr std::string_view kCounted[] = {"configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "secrets", "services"};
constexpr std::string_view kClassSuffix = ".storageclass.storage.k8s.io/";

bool is_counted(std::string_view resource) { return std::find(std::begin(kCounted), std::end(kCounted), resource) != std::end(kCounted); }

void pod_usage(const json::Value& pod, Quantities& out) {
    const std::string& phase = pod["status"]["phase"].as_string();
    if (phase == "Succeeded" || phase == "Failed") return;
    out["pods"] = Quantity::of(1);
    auto standard = [](const std::string& name) { return name == "cpu" || name == "memory" || name == "ephemeral-storage"; };
    for (const auto& [name, value] : pod_resources(pod, ResourceSide::Requests, ResourceView::Held)) {
        out["requests." + name] = value;
        if (standard(name) || name.starts_with("hugepages-")) out[name] = value;
    }
    for (const auto& [name, value] : pod_resources(pod, ResourceSide::Limits, ResourceView::Held))
        if (standard(name)) out["limits." + name] = value;
}

void claim_usage(const json::Value& claim, Quantities& out) {
    std::string storage_class = claim["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].as_string();
    if (storage_class.empty()) storage_class = claim["spec"]["storageClassName"].as_string();
    const std::string of_class = storage_class + std::string(kClassSuffix);
    if (!storage_class.empty()) out[of_class + "persistentvolumeclaims"] = Quantity::of(1);
    const json::Value& asked = claim["spec"]["resources"]["requests"]["storage"];
    if (asked.is_null()) return;
    const Quantity storage = std::max(Quantity::parse_or_zero(asked.as_string()), Quantity::parse_or_zero(claim["status"]["allocatedResources"]["storage"].as_string()));
    out["requests.storage"] = storage;
    if (!storage_class.empty()) out[of_class + "requests.storage"] = storage;
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

// A load balancer without node ports of its own counts those that it names.
void service_usage(const json::Value& service, Quantities& out) {
    const json::Value& spec = service["spec"];
    const bool balanced = spec["type"].as_string() == "LoadBalancer";
    if (balanced) out["services.loadbalancers"] = Quantity::of(1);
    if (!balanced && spec["type"].as_string() != "NodePort") return;
    const auto& ports = spec["ports"].items();
    const bool all = !balanced || spec["allocateLoadBalancerNodePorts"].as_bool(true);
    out["services.nodeports"] = Quantity::of(std::count_if(ports.begin(), ports.end(), [&](const json::Value& port) { return all || port["nodePort"].as_int() != 0; }));
}

}  // namespace

Quantities quota_usage(const Gvr& gvr, const json::Value& object) {
    Quantities out;
    out["count/" + gvr.group_resource()] = Quantity::of(1);
    if (gvr.group == "resource.k8s.io" && gvr.resource == "resourceclaims") device_usage(object, out);
    if (!gvr.group.empty()) return out;
    if (is_counted(gvr.resource)) out[gvr.resource] = Quantity::of(1);
    if (gvr.resource == "pods") pod_usage(object, out);
    if (gvr.resource == "persistentvolumeclaims") claim_usage(object, out);
    if (gvr.resource == "services") service_usage(object, out);
    return out;
}

std::string quota_resource(const std::string& name) {
    if (name.starts_with("count/")) return name.substr(6);
    if (name.starts_with("services.")) return "services";
    if (name == "requests.storage" || name.find(kClassSuffix) != std::string::npos) return "persistentvolumeclaims";
    if (name.find(".deviceclass.resource.k8s.io/") != std::string::npos) return "resourceclaims.resource.k8s.io";
    return is_counted(name) ? name : "pods";
}

}  // namespace skiff::api::kinds
