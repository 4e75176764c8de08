#include "agent/pods/admission.h"

#include <fmt/core.h>

#include "agent/pods/pod_spec.h"
#include "agent/pods/resources.h"
#include "base/strings.h"

namespace skiff::agent::pods {

namespace {

constexpr int64_t kSystemPriority = 2'000'000'000;

std::vector<HostPort> host_ports(const json::Value& pod) {
    std::vector<HostPort> ports;
    for (const char* list : {"containers", "initContainers"})
        for (const auto& container : pod["spec"][list].items()) {
            // Only an init container that keeps running holds its ports.
            if (list[0] == 'i' && container["restartPolicy"].as_string() != "Always") continue;
            for (const auto& port : container["ports"].items()) {
                if (port["hostPort"].as_int() <= 0) continue;
                std::string ip = port["hostIP"].as_string();
                if (ip == "0.0.0.0" || ip == "::") ip.clear();
                ports.push_back({std::move(ip), port["protocol"].as_string("TCP"), port["hostPort"].as_int()});
            }
        }
    return ports;
}

bool clash(const HostPort& a, const HostPort& b) {
    return a.port == b.port && a.protocol == b.protocol && (a.ip.empty() || b.ip.empty() || a.ip == b.ip);
}

}  // namespace

NodeLoad load_of(const json::Value& pod) { return {1, pod_request(pod, "cpu"), pod_request(pod, "memory"), host_ports(pod)}; }

std::optional<Waiting> refuse_under_pressure(const json::Value& pod, const NodePressure& pressure) {
    if (!pressure.memory && !pressure.disk && !pressure.pid) return std::nullopt;
    if (is_static(pod) || pod["spec"]["priority"].as_int() >= kSystemPriority) return std::nullopt;
    if (!pressure.disk && !pressure.pid) {
        // Short of memory alone: pods that asked for some may come, and those that bear with it.
        if (qos_class(pod) != "BestEffort") return std::nullopt;
        for (const auto& toleration : pod["spec"]["tolerations"].items()) {
            const std::string &key = toleration["key"].as_string(), &effect = toleration["effect"].as_string();
            const bool exists = toleration["operator"].as_string() == "Exists";
            if ((key == "node.kubernetes.io/memory-pressure" || (key.empty() && exists)) && (effect.empty() || effect == "NoSchedule")) return std::nullopt;
        }
    }
    std::vector<std::string> names;
    if (pressure.memory) names.emplace_back("MemoryPressure");
    if (pressure.disk) names.emplace_back("DiskPressure");
    if (pressure.pid) names.emplace_back("PIDPressure");
    return Waiting{"Evicted", fmt::format("Pod was rejected: The node had condition: [{}]. ", join(names, " "))};
}

std::optional<Waiting> refuse(const json::Value& pod, const NodeLoad& others, const NodeConfig& config) {
    auto over = [](const char* resource, int64_t asked, int64_t used, int64_t capacity) -> std::optional<Waiting> {
        if (capacity <= 0 || asked == 0 || used + asked <= capacity) return std::nullopt;
        return Waiting{std::string("OutOf") + resource, fmt::format("Pod was rejected: Node didn't have enough resource: {}, requested: {}, used: {}, capacity: {}", resource, asked, used, capacity)};
    };
    if (const std::string& os = pod["spec"]["os"]["name"].as_string(); !os.empty() && os != "linux")
        return Waiting{"PodOSNotSupported", "Pod was rejected: Failed to admit pod as the OS field doesn't match node OS"};
    if (const std::string& os = pod["spec"]["nodeSelector"]["kubernetes.io/os"].as_string(); !os.empty() && os != "linux")
        return Waiting{"PodOSSelectorNodeLabelDoesNotMatch", "Pod was rejected: Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"};
    for (const auto& wanted : host_ports(pod))
        for (const auto& taken : others.ports)
            if (clash(wanted, taken)) return Waiting{"NodePorts", "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"};
    if (auto pods = over("pods", 1, others.pods, config.pods_max)) return pods;
    // Critical pods are let in whatever they ask for.
    const std::string& priority_class = pod["spec"]["priorityClassName"].as_string();
    if (priority_class == "system-node-critical" || priority_class == "system-cluster-critical") return std::nullopt;
    if (auto cpu = over("cpu", pod_request(pod, "cpu"), others.cpu_milli, config.cpu_milli)) return cpu;
    return over("memory", pod_request(pod, "memory"), others.memory_bytes, config.memory_bytes);
}

}  // namespace skiff::agent::pods
