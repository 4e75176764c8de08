#include "agent/pods/admission.h"

#include <fmt/core.h>

#include "agent/pods/resources.h"

namespace skiff::agent::pods {

namespace {

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

std::optional<Waiting> refuse(const json::Value& pod, const NodeLoad& others, const NodeConfig& config) {
    auto over = [](const char* resource, int64_t asked, int64_t used, int64_t capacity) -> std::optional<Waiting> {
        if (capacity <= 0 || asked == 0 || used + asked <= capacity) return std::nullopt;
        return Waiting{std::string("OutOf") + resource, fmt::format("Pod was rejected: Node didn't have enough resource: {}, requested: {}, used: {}, capacity: {}", resource, asked, used, capacity)};
    };
    for (const auto& wanted : host_ports(pod))
        for (const auto& taken : others.ports)
            if (clash(wanted, taken)) return Waiting{"NodePorts", "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"};
    if (auto pods = over("pods", 1, others.pods, config.pods_max)) return pods;
    // Critical pods would be let in by evicting others; until eviction exists they are simply let in.
    const std::string& priority_class = pod["spec"]["priorityClassName"].as_string();
    if (priority_class == "system-node-critical" || priority_class == "system-cluster-critical") return std::nullopt;
    if (auto cpu = over("cpu", pod_request(pod, "cpu"), others.cpu_milli, config.cpu_milli)) return cpu;
    return over("memory", pod_request(pod, "memory"), others.memory_bytes, config.memory_bytes);
}

}  // namespace skiff::agent::pods
