#include "agent/pods/resources.h"

#include <algorithm>

#include "agent/pods/pod_spec.h"
#include "agent/sys/units.h"

namespace skiff::agent::pods {

namespace {

constexpr int64_t kSharesMin = 2, kSharesMax = 262144, kPeriodUs = 100'000, kQuotaMinUs = 1000;

int64_t shares_of(int64_t milli) { return std::clamp(milli * 1024 / 1000, kSharesMin, kSharesMax); }
int64_t quota_of(int64_t milli) { return milli == 0 ? 0 : std::max(milli * kPeriodUs / 1000, kQuotaMinUs); }

int64_t amount(const json::Value& list, const std::string& name) {
    const std::string& text = list[name].as_string();
    if (text.empty()) return 0;
    return (name == "cpu" ? sys::quantity_milli(text) : sys::quantity_value(text)).value_or(0);
}

int64_t request_of(const json::Value& container, const std::string& name) {
    const json::Value& resources = container["resources"];
    return resources["requests"].has(name) ? amount(resources["requests"], name) : amount(resources["limits"], name);
}

int oom_score(const json::Value& pod, const json::Value& container, int64_t node_memory_bytes) {
    const std::string& priority_class = pod["spec"]["priorityClassName"].as_string();
    if (priority_class == "system-node-critical" || priority_class == "system-cluster-critical") return -997;
    const std::string qos = qos_class(pod);
    if (qos == "Guaranteed") return -997;
    if (qos == "BestEffort" || node_memory_bytes <= 0) return 1000;
    const int64_t request = request_of(container, "memory");
    const int64_t score = 1000 - 1000 * request / node_memory_bytes;
    return static_cast<int>(std::clamp<int64_t>(score, 3, 999));
}

}  // namespace

runtime::Resources container_resources(const json::Value& pod, const json::Value& container, int64_t node_memory_bytes) {
    runtime::Resources result;
    const json::Value& limits = container["resources"]["limits"];
    result.cpu_shares = shares_of(request_of(container, "cpu"));
    result.cpu_quota_us = quota_of(amount(limits, "cpu"));
    result.cpu_period_us = kPeriodUs;
    result.memory_bytes = amount(limits, "memory");
    result.memory_request_bytes = request_of(container, "memory");
    result.oom_score_adj = oom_score(pod, container, node_memory_bytes);
    for (const auto& [name, value] : limits.members())
        if (name.rfind("hugepages-", 0) == 0) {
            const std::string size = name.substr(10);   // 2Mi -> 2MB, as the kernel names them
            result.hugepages[size.substr(0, size.size() - 1) + "B"] = sys::quantity_value(value.as_string()).value_or(0);
        }
    return result;
}

runtime::Resources pod_resources(const json::Value& pod) {
    runtime::Resources result;
    result.cpu_shares = shares_of(pod_request(pod, "cpu"));
    int64_t cpu = 0, memory = 0, cpu_init = 0, memory_init = 0;
    bool cpu_limited = true, memory_limited = true;
    for (const auto& container : container_list(pod)) {
        if (container.kind == ContainerKind::Ephemeral) continue;
        const json::Value& limits = (*container.spec)["resources"]["limits"];
        const int64_t own_cpu = amount(limits, "cpu"), own_memory = amount(limits, "memory");
        cpu_limited = cpu_limited && own_cpu > 0;
        memory_limited = memory_limited && own_memory > 0;
        if (container.kind == ContainerKind::Init) {
            cpu_init = std::max(cpu_init, own_cpu + cpu);
            memory_init = std::max(memory_init, own_memory + memory);
        } else {
            cpu += own_cpu;
            memory += own_memory;
        }
    }
    const json::Value& overhead = pod["spec"]["overhead"];
    const json::Value& whole = pod["spec"]["resources"]["limits"];
    if (const int64_t own = amount(whole, "cpu"); own > 0) cpu = own, cpu_init = 0, cpu_limited = true;
    if (const int64_t own = amount(whole, "memory"); own > 0) memory = own, memory_init = 0, memory_limited = true;
    if (cpu_limited) result.cpu_quota_us = quota_of(std::max(cpu, cpu_init) + amount(overhead, "cpu"));
    if (memory_limited) result.memory_bytes = std::max(memory, memory_init) + amount(overhead, "memory");
    return result;
}

std::string pod_cgroup(const json::Value& pod, const std::string& uid) {
    const std::string qos = qos_class(pod);
    if (qos == "Guaranteed") return "kubepods/pod" + uid;
    return (qos == "Burstable" ? "kubepods/burstable/pod" : "kubepods/besteffort/pod") + uid;
}

int64_t pod_request(const json::Value& pod, const std::string& resource) {
    if (const int64_t whole = request_of(pod["spec"], resource); whole > 0) return whole + amount(pod["spec"]["overhead"], resource);
    int64_t running = 0, sidecars = 0, init = 0;
    for (const auto& container : container_list(pod)) {
        const int64_t own = request_of(*container.spec, resource);
        if (container.kind == ContainerKind::Main) running += own;
        if (container.kind == ContainerKind::Sidecar) sidecars += own, init = std::max(init, sidecars);
        if (container.kind == ContainerKind::Init) init = std::max(init, sidecars + own);
    }
    return std::max(running + sidecars, init) + amount(pod["spec"]["overhead"], resource);
}

}  // namespace skiff::agent::pods
