#include "agent/pods/pod_conditions.h"

#include <fmt/core.h>

#include <vector>

#include "agent/pods/pod_spec.h"
#include "base/strings.h"

namespace skiff::agent::pods {

namespace {

struct Verdict {
    bool yes = true;
    std::string reason, message;
};

const json::Value* find_named(const json::Value& list, const char* key, const std::string& value) {
    for (const auto& entry : list.items())
        if (entry[key].as_string() == value) return &entry;
    return nullptr;
}

std::string bracketed(const std::vector<std::string>& names) { return "[" + join(names, " ") + "]"; }

Verdict from_lists(const std::vector<std::string>& unknown, const std::vector<std::string>& bad, std::string_view bad_word, std::string_view reason) {
    std::vector<std::string> messages;
    if (!unknown.empty()) messages.push_back("containers with unknown status: " + bracketed(unknown));
    if (!bad.empty()) messages.push_back(fmt::format("containers with {} status: {}", bad_word, bracketed(bad)));
    if (messages.empty()) return {};
    return {false, std::string(reason), join(messages, ", ")};
}

Verdict initialized(const ConditionInputs& in) {
    std::vector<std::string> unknown, incomplete;
    for (const auto& container : container_list(in.pod)) {
        if (container.kind != ContainerKind::Init && container.kind != ContainerKind::Sidecar) continue;
        const json::Value* status = find_named(in.init_statuses, "name", container.name());
        if (!status) {
            unknown.push_back(container.name());
        } else if (container.kind == ContainerKind::Sidecar ? !(*status)["started"].as_bool() : !(*status)["ready"].as_bool()) {
            incomplete.push_back(container.name());
        }
    }
    if (in.phase == "Succeeded" && unknown.empty()) return {true, "PodCompleted", ""};
    if (in.initialized_before) return {};
    return from_lists(unknown, incomplete, "incomplete", "ContainersNotInitialized");
}

Verdict containers_ready(const ConditionInputs& in) {
    std::vector<std::string> unknown, unready;
    for (const auto& container : container_list(in.pod)) {
        if (container.kind != ContainerKind::Sidecar && container.kind != ContainerKind::Main) continue;
        const json::Value* status = find_named(container.kind == ContainerKind::Main ? in.statuses : in.init_statuses, "name", container.name());
        if (!status) unknown.push_back(container.name());
        else if (!(*status)["ready"].as_bool()) unready.push_back(container.name());
    }
    if (in.phase == "Succeeded" && unknown.empty()) return {false, "PodCompleted", ""};
    if (in.phase == "Failed" && unknown.empty()) return {false, "PodFailed", ""};
    return from_lists(unknown, unready, "unready", "ContainersNotReady");
}

Verdict ready(const ConditionInputs& in, const Verdict& containers) {
    if (!containers.yes) return containers;
    std::vector<std::string> messages;
    for (const auto& gate : in.pod["spec"]["readinessGates"].items()) {
        const std::string& type = gate["conditionType"].as_string();
        const json::Value* condition = find_named(in.pod["status"]["conditions"], "type", type);
        if (!condition) {
            messages.push_back(fmt::format("corresponding condition of pod readiness gate \"{}\" does not exist.", type));
        } else if ((*condition)["status"].as_string() != "True") {
            messages.push_back(fmt::format("the status of pod readiness gate \"{}\" is not \"True\", but {}", type, (*condition)["status"].as_string()));
        }
    }
    if (messages.empty()) return {};
    return {false, "ReadinessGatesNotReady", join(messages, ", ")};
}

}  // namespace

json::Value pod_conditions(const ConditionInputs& in) {
    json::Value list = json::Value::array();
    auto add = [&](const char* type, const Verdict& verdict) {
        const json::Value* before = find_named(in.previous, "type", type);
        const char* status = verdict.yes ? "True" : "False";
        const bool same = before && (*before)["status"].as_string() == status;
        json::Value condition = json::Value::object({{"type", type}, {"status", status}, {"lastProbeTime", nullptr}});
        const json::Value& generation = in.pod["metadata"]["generation"];
        if (generation.is_int()) condition.set("observedGeneration", generation);
        condition.set("lastTransitionTime", same && !(*before)["lastTransitionTime"].is_null() ? (*before)["lastTransitionTime"] : json::Value(in.now));
        if (!verdict.reason.empty()) condition.set("reason", verdict.reason);
        if (!verdict.message.empty()) condition.set("message", verdict.message);
        list.push_back(std::move(condition));
    };
    const Verdict containers = containers_ready(in);
    add("PodReadyToStartContainers", {in.sandbox_ready, "", ""});
    add("Initialized", initialized(in));
    add("Ready", ready(in, containers));
    add("ContainersReady", containers);
    add("PodScheduled", {});
    if (!in.state) return list;
    if (in.state->termination && in.state->termination->disrupted) add("DisruptionTarget", {true, "TerminationByKubelet", in.state->termination->message});
    if (in.phase == "Succeeded" || in.phase == "Failed") return list;
    const Resize& resize = in.state->resize;
    if (resize.pending) add("PodResizePending", {true, resize.pending->reason, resize.pending->message});
    if (resize.in_progress) add("PodResizeInProgress", {true, resize.error.empty() ? "" : "Error", resize.error});
    return list;
}

bool is_passing_condition(const std::string& type) { return type == "PodResizePending" || type == "PodResizeInProgress"; }

}  // namespace skiff::agent::pods
