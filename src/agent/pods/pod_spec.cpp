#include "agent/pods/pod_spec.h"

#include <fmt/core.h>

#include "agent/sys/units.h"

namespace skiff::agent::pods {

std::vector<ContainerRef> container_list(const json::Value& pod) {
    std::vector<ContainerRef> result;
    const json::Value& spec = pod["spec"];
    for (const auto& container : spec["initContainers"].items())
        result.push_back({container["restartPolicy"].as_string() == "Always" ? ContainerKind::Sidecar : ContainerKind::Init, &container});
    for (const auto& container : spec["containers"].items()) result.push_back({ContainerKind::Main, &container});
    for (const auto& container : spec["ephemeralContainers"].items()) result.push_back({ContainerKind::Ephemeral, &container});
    return result;
}

ContainerRef find_container(const json::Value& pod, std::string_view name) {
    for (const auto& container : container_list(pod))
        if (container.name() == name) return container;
    return {ContainerKind::Main, nullptr};
}

static RestartPolicy parse_policy(const std::string& text) {
    if (text == "Never") return RestartPolicy::Never;
    if (text == "OnFailure") return RestartPolicy::OnFailure;
    return RestartPolicy::Always;
}

RestartPolicy restart_policy(const json::Value& pod) { return parse_policy(pod["spec"]["restartPolicy"].as_string()); }

RestartPolicy restart_policy_of(const json::Value& pod, const ContainerRef& container) {
    switch (container.kind) {
        case ContainerKind::Sidecar: return RestartPolicy::Always;
        case ContainerKind::Ephemeral: return RestartPolicy::Never;
        case ContainerKind::Init: return restart_policy(pod) == RestartPolicy::Never ? RestartPolicy::Never : RestartPolicy::OnFailure;
        case ContainerKind::Main: break;
    }
    return restart_policy(pod);
}

std::string field_path(const ContainerRef& container) {
    const char* list = container.kind == ContainerKind::Main ? "containers" : container.kind == ContainerKind::Ephemeral ? "ephemeralContainers" : "initContainers";
    return fmt::format("spec.{}{{{}}}", list, container.name());
}

bool has_pod_resources(const json::Value& pod) {
    const json::Value& resources = pod["spec"]["resources"];
    return resources["requests"].size() + resources["limits"].size() > 0;
}

std::string qos_class(const json::Value& pod) {
    bool any = false, guaranteed = true;
    auto look = [&](const json::Value& resources) {
        for (const char* name : {"cpu", "memory"}) {
            const int64_t limit = sys::quantity_milli(resources["limits"][name].as_string()).value_or(0);
            const json::Value& wanted = resources["requests"][name];
            // The API server copies limits to absent requests; a static pod has not been there.
            const int64_t request = wanted.is_null() ? limit : sys::quantity_milli(wanted.as_string()).value_or(0);
            if (limit > 0 || request > 0) any = true;
            if (limit == 0 || request != limit) guaranteed = false;
        }
    };
    if (has_pod_resources(pod)) {
        look(pod["spec"]["resources"]);
    } else {
        for (const auto& container : container_list(pod))
            if (container.kind != ContainerKind::Ephemeral) look((*container.spec)["resources"]);
    }
    if (!any) return "BestEffort";
    return guaranteed ? "Guaranteed" : "Burstable";
}

bool host_network(const json::Value& pod) { return pod["spec"]["hostNetwork"].as_bool(); }

std::string display_name(const json::Value& pod) {
    const json::Value& meta = pod["metadata"];
    return fmt::format("{}_{}({})", meta["name"].as_string(), meta["namespace"].as_string(), meta["uid"].as_string());
}

int64_t grace_period_s(const json::Value& pod) {
    const json::Value& asked = pod["metadata"]["deletionGracePeriodSeconds"];
    if (asked.is_int()) return asked.as_int();
    return pod["spec"]["terminationGracePeriodSeconds"].as_int(30);
}

bool terminal(const json::Value& pod) {
    const std::string& phase = pod["status"]["phase"].as_string();
    return phase == "Succeeded" || phase == "Failed";
}

bool is_static(const json::Value& pod) {
    const std::string& source = pod["metadata"]["annotations"][kSourceAnnotation].as_string();
    return !source.empty() && source != "api";
}

bool is_mirror(const json::Value& pod) { return pod["metadata"]["annotations"].has(kMirrorAnnotation); }

}  // namespace skiff::agent::pods
