#include "agent/pods/admission.h"

#include <fmt/core.h>

#include "agent/pods/resources.h"

namespace skiff::agent::pods {

void add_pod(NodeLoad& load, const json::Value& pod) {
    ++load.pods;
    load.cpu_milli += pod_request(pod, "cpu");
    load.memory_bytes += pod_request(pod, "memory");
}

std::optional<Waiting> refuse(const json::Value& pod, const NodeLoad& others, const NodeConfig& config) {
    auto over = [](const char* resource, int64_t asked, int64_t used, int64_t capacity) -> std::optional<Waiting> {
        if (capacity <= 0 || asked == 0 || used + asked <= capacity) return std::nullopt;
        return Waiting{std::string("OutOf") + resource, fmt::format("Pod was rejected: Node didn't have enough resource: {}, requested: {}, used: {}, capacity: {}", resource, asked, used, capacity)};
    };
    if (auto pods = over("pods", 1, others.pods, config.pods_max)) return pods;
    // Critical pods would be let in by evicting others; until eviction exists they are simply let in.
    const std::string& priority_class = pod["spec"]["priorityClassName"].as_string();
    if (priority_class == "system-node-critical" || priority_class == "system-cluster-critical") return std::nullopt;
    if (auto cpu = over("cpu", pod_request(pod, "cpu"), others.cpu_milli, config.cpu_milli)) return cpu;
    return over("memory", pod_request(pod, "memory"), others.memory_bytes, config.memory_bytes);
}

}  // namespace skiff::agent::pods
