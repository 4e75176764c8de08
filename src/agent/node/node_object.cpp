#include "agent/node/node_object.h"

#include <fmt/core.h>

#include <algorithm>

#include "agent/sys/units.h"
#include "base/version.h"

namespace skiff::agent::node {

namespace {

constexpr int64_t kMemoryReserve = 100 << 20;
constexpr size_t kImagesMax = 50;

std::string ki(int64_t bytes) { return std::to_string(bytes / 1024) + "Ki"; }

json::Value capacity_of(const NodeIdentity& identity, const Machine& machine) {
    json::Value value = json::Value::object({{"cpu", std::to_string(machine.cpus)}, {"ephemeral-storage", ki(machine.disk_bytes)}});
    for (const auto& [size, bytes] : machine.hugepages) value.set("hugepages-" + size, bytes == 0 ? std::string("0") : ki(bytes));
    value.set("memory", ki(machine.memory_bytes));
    value.set("pods", std::to_string(identity.pods_max));
    return value;
}

json::Value allocatable_of(const NodeIdentity& identity, const Machine& machine) {
    json::Value value = capacity_of(identity, machine);
    const Allocatable amounts = allocatable(machine);
    value.set("ephemeral-storage", std::to_string(amounts.ephemeral_bytes));
    value.set("memory", ki(amounts.memory_bytes));
    return value;
}

struct ConditionList {
    const json::Value& previous;
    const std::string now;
    json::Value list = json::Value::array();

    void add(const char* type, bool status, std::string_view reason, std::string_view message) {
        const char* text = status ? "True" : "False";
        json::Value since = now;
        for (const auto& old : previous.items())
            if (old["type"].as_string() == type && old["status"].as_string() == text && !old["lastTransitionTime"].is_null()) since = old["lastTransitionTime"];
        list.push_back(json::Value::object({{"type", type}, {"status", text}, {"lastHeartbeatTime", now}, {"lastTransitionTime", since}, {"reason", reason}, {"message", message}}));
    }
};

json::Value conditions_of(const NodeIdentity& identity, const NodeState& state, const json::Value& previous, WallTime now) {
    const Pressure& has = state.pressure;
    const bool memory = state.memory_pressure || (has.memory_available_bytes > 0 && has.memory_available_bytes < kMemoryReserve);
    const bool disk = state.disk_pressure || (has.disk_bytes > 0 && (has.disk_available_bytes * 20 < has.disk_bytes || (has.inodes > 0 && has.inodes_free * 20 < has.inodes)));
    const bool pids = state.pid_pressure || (has.pids_free > 0 && has.pids_free < 100);
    ConditionList conditions{previous, sys::rfc3339(now)};
    conditions.add("MemoryPressure", memory, memory ? "KubeletHasInsufficientMemory" : "KubeletHasSufficientMemory",
                   memory ? "kubelet has insufficient memory available" : "kubelet has sufficient memory available");
    conditions.add("DiskPressure", disk, disk ? "KubeletHasDiskPressure" : "KubeletHasNoDiskPressure", disk ? "kubelet has disk pressure" : "kubelet has no disk pressure");
    conditions.add("PIDPressure", pids, pids ? "KubeletHasInsufficientPID" : "KubeletHasSufficientPID",
                   pids ? "kubelet has insufficient PID available" : "kubelet has sufficient PID available");
    for (const auto& remark : identity.remarks) conditions.add("KernelLimited", true, "OptionalFeatureMissing", remark);
    if (!state.runtime_ready) {
        conditions.add("Ready", false, "KubeletNotReady", "container runtime is down: " + state.runtime_message);
    } else if (!state.network_ready) {
        conditions.add("Ready", false, "KubeletNotReady",
                       "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:" + state.network_message);
    } else {
        conditions.add("Ready", true, "KubeletReady", "kubelet is posting ready status");
    }
    return conditions.list;
}

json::Value images_of(const std::vector<images::Image>& all) {
    std::vector<const images::Image*> sorted;
    for (const auto& image : all) sorted.push_back(&image);
    std::sort(sorted.begin(), sorted.end(), [](const images::Image* a, const images::Image* b) { return a->size_bytes != b->size_bytes ? a->size_bytes > b->size_bytes : a->id < b->id; });
    json::Value list = json::Value::array();
    for (size_t i = 0; i < sorted.size() && i < kImagesMax; ++i) {
        json::Value names = json::Value::array();
        for (const auto& digest : sorted[i]->digests) names.push_back(digest);
        for (const auto& tag : sorted[i]->tags) names.push_back(tag);
        list.push_back(json::Value::object({{"names", std::move(names)}, {"sizeBytes", sorted[i]->size_bytes}}));
    }
    return list;
}

json::Value without_heartbeats(json::Value status) {
    for (auto& condition : status.mut("conditions").mut_items()) condition.erase("lastHeartbeatTime");
    return status;
}

}  // namespace

Allocatable allocatable(const Machine& machine) {
    return {machine.cpus * int64_t{1000}, std::max<int64_t>(0, machine.memory_bytes - kMemoryReserve), machine.disk_bytes / 10 * 9};
}

json::Value parse_taint(const std::string& text) {
    const size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return {};
    const std::string left = text.substr(0, colon), effect = text.substr(colon + 1);
    if (effect != "NoSchedule" && effect != "PreferNoSchedule" && effect != "NoExecute") return {};
    const size_t equals = left.find('=');
    json::Value taint = json::Value::object({{"key", left.substr(0, equals)}, {"effect", effect}});
    if (equals != std::string::npos && equals + 1 < left.size()) taint.set("value", left.substr(equals + 1));
    return taint;
}

json::Value usual_labels(const NodeIdentity& identity, const Machine& machine) {
    json::Value labels = json::Value::object({{"beta.kubernetes.io/arch", machine.architecture},
                                              {"beta.kubernetes.io/instance-type", "skiff"},
                                              {"beta.kubernetes.io/os", "linux"},
                                              {"kubernetes.io/arch", machine.architecture},
                                              {"kubernetes.io/hostname", identity.name},
                                              {"kubernetes.io/os", "linux"},
                                              {"node.kubernetes.io/instance-type", "skiff"}});
    for (const auto& [key, value] : identity.labels) labels.set(key, value);
    return labels;
}

json::Value new_node(const NodeIdentity& identity, const Machine& machine) {
    json::Value node = json::Value::object({{"apiVersion", "v1"}, {"kind", "Node"}});
    node.set("metadata", json::Value::object({{"name", identity.name},
                                              {"annotations", json::Value::object({{"volumes.kubernetes.io/controller-managed-attach-detach", "true"}})},
                                              {"labels", usual_labels(identity, machine)}}));
    json::Value taints = json::Value::array();
    for (const auto& text : identity.taints)
        if (json::Value taint = parse_taint(text); !taint.is_null()) taints.push_back(std::move(taint));
    node.set("spec", json::Value::object());
    if (taints.size() > 0) node.mut("spec").set("taints", std::move(taints));
    return node;
}

json::Value node_status(const NodeIdentity& identity, const Machine& machine, const NodeState& state, const json::Value& previous, WallTime now) {
    json::Value addresses = json::Value::array();
    for (const auto& ip : identity.ips) addresses.push_back(json::Value::object({{"type", "InternalIP"}, {"address", ip}}));
    addresses.push_back(json::Value::object({{"type", "Hostname"}, {"address", identity.name}}));
    json::Value info = json::Value::object({{"architecture", machine.architecture},
                                            {"bootID", machine.boot_id},
                                            {"containerRuntimeVersion", identity.runtime_version},
                                            {"kernelVersion", machine.kernel},
                                            {"kubeProxyVersion", ""},
                                            {"kubeletVersion", kKubernetesVersion},
                                            {"machineID", machine.machine_id},
                                            {"operatingSystem", "linux"},
                                            {"osImage", machine.os_image},
                                            {"systemUUID", machine.system_uuid}});
    json::Value status = json::Value::object();
    status.set("addresses", std::move(addresses));
    status.set("allocatable", allocatable_of(identity, machine));
    status.set("capacity", capacity_of(identity, machine));
    status.set("conditions", conditions_of(identity, state, previous, now));
    status.set("daemonEndpoints", json::Value::object({{"kubeletEndpoint", json::Value::object({{"Port", int64_t{identity.kubelet_port}}})}}));
    status.set("features", json::Value::object({{"supplementalGroupsPolicy", true}}));
    status.set("images", images_of(state.images));
    status.set("nodeInfo", std::move(info));
    return status;
}

std::vector<std::string> keep_extended_resources(json::Value& status, const json::Value& seen) {
    auto extended = [](const std::string& name) {
        const size_t slash = name.find('/');
        return slash != std::string::npos && !std::string_view(name).substr(0, slash).ends_with("kubernetes.io") && !name.starts_with("requests.");
    };
    const json::Value& capacity = seen["capacity"];
    for (const auto& member : capacity.members()) {
        if (!extended(member.key)) continue;
        status.mut("capacity").set(member.key, member.value);
        status.mut("allocatable").set(member.key, member.value);
    }
    std::vector<std::string> gone;
    for (const auto& member : seen["allocatable"].members())
        if (extended(member.key) && !capacity.has(member.key)) gone.push_back(member.key);
    return gone;
}

bool status_changed(const json::Value& before, const json::Value& after) { return !(without_heartbeats(before) == without_heartbeats(after)); }

}  // namespace skiff::agent::node
