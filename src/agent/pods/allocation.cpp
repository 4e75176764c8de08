#include "agent/pods/allocation.h"

#include <fmt/core.h>

#include <algorithm>

#include "agent/pods/pod_spec.h"
#include "agent/pods/resources.h"
#include "agent/sys/units.h"

namespace skiff::agent::pods {

namespace {

bool resizable(ContainerKind kind) { return kind == ContainerKind::Main || kind == ContainerKind::Sidecar; }

bool same_amount(const json::Value& a, const json::Value& b, const char* resource) {
    const std::string &one = a[resource].as_string(), &other = b[resource].as_string();
    if (one == other) return true;
    return sys::quantity_milli(one.empty() ? "0" : one) == sys::quantity_milli(other.empty() ? "0" : other);
}

bool differs_in(const json::Value& a, const json::Value& b, const char* resource) {
    return !same_amount(a["requests"], b["requests"], resource) || !same_amount(a["limits"], b["limits"], resource);
}

bool ends(const PodState& state, const json::Value& pod) { return state.termination || state.rejected || state.gone || terminal(pod); }

}  // namespace

Allocation requested(const json::Value& pod) {
    Allocation result;
    for (const auto& container : container_list(pod))
        if (resizable(container.kind)) result[container.name()] = (*container.spec)["resources"];
    return result;
}

bool resources_differ(const json::Value& a, const json::Value& b) { return differs_in(a, b, "cpu") || differs_in(a, b, "memory"); }

bool differs(const json::Value& pod, const Allocation& allocated) {
    for (const auto& container : container_list(pod)) {
        auto has = allocated.find(container.name());
        if (has != allocated.end() && resources_differ((*container.spec)["resources"], has->second)) return true;
    }
    return false;
}

json::Value with_allocation(const json::Value& pod, const Allocation& allocated) {
    json::Value result = pod;
    for (const char* list : {"containers", "initContainers"}) {
        json::Value* containers = result.mut("spec").find(list);
        if (!containers) continue;
        for (json::Value& container : containers->mut_items())
            if (auto has = allocated.find(container["name"].as_string()); has != allocated.end()) container.set("resources", has->second);
    }
    return result;
}

std::optional<Waiting> refuse_resize(const json::Value& pod, const NodeLoad& others, const NodeConfig& config) {
    if (is_static(pod)) return Waiting{"Infeasible", "In-place resize of static-pods is not supported"};
    const int64_t cpu = pod_request(pod, "cpu"), memory = pod_request(pod, "memory");
    if (memory > config.memory_bytes) return Waiting{"Infeasible", fmt::format("Node didn't have enough capacity: memory, requested: {}, capacity: {}", memory, config.memory_bytes)};
    if (cpu > config.cpu_milli) return Waiting{"Infeasible", fmt::format("Node didn't have enough capacity: cpu, requested: {}, capacity: {}", cpu, config.cpu_milli)};
    auto over = [](const char* resource, int64_t asked, int64_t used, int64_t capacity) -> std::optional<Waiting> {
        if (asked == 0 || used + asked <= capacity) return std::nullopt;
        return Waiting{"Deferred", fmt::format("Node didn't have enough resource: {}, requested: {}, used: {}, capacity: {}", resource, asked, used, capacity)};
    };
    if (auto late = over("cpu", cpu, others.cpu_milli, config.cpu_milli)) return late;
    return over("memory", memory, others.memory_bytes, config.memory_bytes);
}

bool precedes(const ResizeClaim& a, const ResizeClaim& b) {
    const auto rank = [](const ResizeClaim& claim) {
        const std::string qos = qos_class(*claim.pod);
        return qos == "Guaranteed" ? 0 : qos == "Burstable" ? 1 : 2;
    };
    const int64_t one = (*a.pod)["spec"]["priority"].as_int(), other = (*b.pod)["spec"]["priority"].as_int();
    if (one != other) return one > other;
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    if (a.since.empty() || b.since.empty()) return !a.since.empty();
    if (a.since != b.since) return a.since < b.since;
    return (*a.pod)["metadata"]["uid"].as_string() < (*b.pod)["metadata"]["uid"].as_string();
}

NodeLoad load_before(NodeLoad others, const ResizeClaim& own, std::vector<ResizeClaim> waiting, const NodeConfig& config) {
    std::sort(waiting.begin(), waiting.end(), precedes);
    for (const auto& claim : waiting) {
        if (!precedes(claim, own)) break;
        NodeLoad beside = others;
        beside.cpu_milli += own.granted.cpu_milli - claim.granted.cpu_milli;
        beside.memory_bytes += own.granted.memory_bytes - claim.granted.memory_bytes;
        if (refuse_resize(*claim.pod, beside, config)) continue;
        others.cpu_milli += pod_request(*claim.pod, "cpu") - claim.granted.cpu_milli;
        others.memory_bytes += pod_request(*claim.pod, "memory") - claim.granted.memory_bytes;
    }
    return others;
}

ResizeAction resize_action(const json::Value& container, const json::Value& applied) {
    ResizeAction action = ResizeAction::None;
    for (const char* resource : {"cpu", "memory"}) {
        if (!differs_in(container["resources"], applied, resource)) continue;
        if (action == ResizeAction::None) action = ResizeAction::Update;
        for (const auto& policy : container["resizePolicy"].items())
            if (policy["resourceName"].as_string() == resource && policy["restartPolicy"].as_string() == "RestartContainer") action = ResizeAction::Restart;
    }
    return action;
}

api::TreePtr allocate(PodState& state, api::TreePtr wanted, const std::function<NodeLoad()>& others, const NodeConfig& config) {
    Resize& resize = state.resize;
    if (!resize.known) {
        for (auto& [name, resources] : requested(*wanted)) resize.allocated.try_emplace(name, std::move(resources));
        resize.known = true;
    }
    if (!differs(*wanted, resize.allocated)) {
        resize.pending.reset();
        resize.effective.reset();
        return wanted;
    }
    if (!ends(state, *wanted)) {
        resize.pending = refuse_resize(*wanted, others(), config);
        if (!resize.pending) {
            resize.allocated = requested(*wanted);
            resize.in_progress = true;
            resize.error.clear();
            resize.effective.reset();
            return wanted;
        }
    }
    const std::string version = std::to_string(state.pod->meta().resource_version);
    if (!resize.effective || resize.effective_for != version) {
        resize.effective = std::make_shared<const json::Value>(with_allocation(*wanted, resize.allocated));
        resize.effective_for = version;
    }
    return resize.effective;
}

}  // namespace skiff::agent::pods
