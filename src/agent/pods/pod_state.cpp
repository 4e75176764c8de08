#include "agent/pods/pod_state.h"

namespace skiff::agent::pods {

bool initialized_before(const json::Value& pod, const PodState& state) {
    for (const auto& container : pod["spec"]["containers"].items()) {
        const ContainerState* known = state.find(container["name"].as_string());
        if (known && !known->runs.empty()) return true;
    }
    return false;
}

bool in_present_sandbox(const PodState& state, const Run& run) { return state.sandbox && run.status.sandbox_id == state.sandbox->spec.id; }

bool initialized_in_sandbox(const json::Value& pod, const PodState& state) {
    for (const auto& container : pod["spec"]["containers"].items()) {
        const ContainerState* known = state.find(container["name"].as_string());
        if (known && known->current() && in_present_sandbox(state, *known->current())) return true;
    }
    return false;
}

bool any_running(const PodState& state) {
    for (const auto& [name, container] : state.containers)
        if (container.running()) return true;
    return false;
}

}  // namespace skiff::agent::pods
