#include "server/controllers/quota_usage.h"

#include <algorithm>

#include "server/controllers/resources.h"

namespace skiff::controllers {

using api::Quantity;

namespace {

constexpr const char* kPlain[] = {"pods", "services", "configmaps", "secrets", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas"};

bool finished(const json::Value& pod) {
    const auto& phase = pod["status"]["phase"].as_string();
    return phase == "Succeeded" || phase == "Failed";
}

void add(Quantities& sum, const std::string& name, const Quantity& value) { sum[name] += value; }

Quantities quantities(const json::Value& map) {
    Quantities found;
    for (const auto& [name, value] : map.members())
        found[name] = Quantity::parse_or_zero(value.is_string() ? value.as_string() : std::to_string(value.as_int()));
    return found;
}

void raise(Quantities& highest, const Quantities& other) {
    for (const auto& [name, value] : other)
        if (highest[name] < value) highest[name] = value;
}

void pod_usage(Quantities& usage, const json::Value& pod) {
    if (finished(pod)) return;
    add(usage, "pods", Quantity::of(1));
    for (const auto& [name, value] : pod_sum(pod["spec"], "requests")) {
        add(usage, "requests." + name, value);
        add(usage, name, value);      // cpu and memory stand for their requests
    }
    for (const auto& [name, value] : pod_sum(pod["spec"], "limits")) add(usage, "limits." + name, value);
}

void service_usage(Quantities& usage, const json::Value& service) {
    const auto& spec = service["spec"];
    const auto& type = spec["type"].as_string();
    bool balanced = type == "LoadBalancer";
    if (balanced) add(usage, "services.loadbalancers", Quantity::of(1));
    if (type == "NodePort" || (balanced && spec["allocateLoadBalancerNodePorts"].as_bool(true)))
        add(usage, "services.nodeports", Quantity::of(static_cast<int64_t>(spec["ports"].size())));
}

void claim_usage(Quantities& usage, const json::Value& claim) {
    auto storage = Quantity::parse_or_zero(claim["spec"]["resources"]["requests"]["storage"].as_string());
    add(usage, "requests.storage", storage);
    const auto& storage_class = claim["spec"]["storageClassName"].as_string();
    if (storage_class.empty()) return;
    add(usage, storage_class + ".storageclass.storage.k8s.io/requests.storage", storage);
    add(usage, storage_class + ".storageclass.storage.k8s.io/persistentvolumeclaims", Quantity::of(1));
}

// As admission counts them (apiserver/admission/quota_usage.cpp).
void device_usage(Quantities& usage, const json::Value& claim) {
    for (const auto& request : claim["spec"]["devices"]["requests"].items()) {
        Quantities most;
        auto look = [&](const json::Value& one) {
            const int64_t count = one["allocationMode"].as_string() == "All" ? 32 : one["count"].as_int();
            auto& held = most[one["deviceClassName"].as_string() + ".deviceclass.resource.k8s.io/devices"];
            held = std::max(held, Quantity::of(count));
        };
        if (request["exactly"].is_object()) look(request["exactly"]);
        for (const auto& one : request["firstAvailable"].items()) look(one);
        for (const auto& [name, count] : most) add(usage, name, count);
    }
}

}  // namespace

Quantities pod_sum(const json::Value& spec, const char* side) {
    Quantities running, largest;      // running: containers and the restartable init containers so far
    for (const auto& container : spec["initContainers"].items()) {
        auto own = quantities(container["resources"][side]);
        bool restartable = container["restartPolicy"].as_string() == "Always";
        if (restartable)
            for (const auto& [name, value] : own) running[name] += value;
        Quantities now = running;
        if (!restartable)
            for (const auto& [name, value] : own) now[name] += value;
        raise(largest, now);
    }
    for (const auto& container : spec["containers"].items())
        for (const auto& [name, value] : quantities(container["resources"][side])) running[name] += value;
    raise(running, largest);
    // What the pod says of itself goes before what its containers say.
    for (const auto& [name, value] : quantities(spec["resources"][side]))
        if (name == "cpu" || name == "memory" || name.starts_with("hugepages-")) running[name] = value;
    for (const auto& [name, value] : quantities(spec["overhead"]))
        if (std::string_view(side) == "requests" || running.count(name)) running[name] += value;
    return running;
}

void add_usage(Quantities& usage, const api::Gvr& gvr, const json::Value& object) {
    if (gvr == kPods && finished(object)) return;
    add(usage, "count/" + gvr.group_resource(), Quantity::of(1));
    if (gvr.group == "resource.k8s.io" && gvr.resource == "resourceclaims") device_usage(usage, object);
    if (!gvr.group.empty()) return;
    if (gvr == kPods) return pod_usage(usage, object);
    for (auto name : kPlain)
        if (gvr.resource == name) add(usage, name, Quantity::of(1));
    if (gvr == kServices) service_usage(usage, object);
    if (gvr == kVolumeClaims) claim_usage(usage, object);
}

std::string quota_resource(const std::string& name) {
    if (name.rfind("count/", 0) == 0) return name.substr(6);
    if (name.rfind("services.", 0) == 0) return "services";
    if (name == "requests.storage" || name.find(".storageclass.storage.k8s.io/") != std::string::npos) return "persistentvolumeclaims";
    if (name.find(".deviceclass.resource.k8s.io/") != std::string::npos) return "resourceclaims.resource.k8s.io";
    for (auto plain : kPlain)
        if (name == plain) return name;
    return "pods";
}

}  // namespace skiff::controllers
