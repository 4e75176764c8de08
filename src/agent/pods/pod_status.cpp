#include "agent/pods/pod_status.h"

#include "agent/pods/container_status.h"
#include "agent/pods/pod_conditions.h"
#include "agent/pods/pod_phase.h"
#include "agent/sys/units.h"

namespace skiff::agent::pods {

namespace {

json::Value ip_list(const std::vector<std::string>& ips) {
    json::Value list = json::Value::array();
    for (const auto& ip : ips) list.push_back(json::Value::object({{"ip", ip}}));
    return list;
}

// A pod that this node refused: nothing of it ever ran.
json::Value rejected_status(const json::Value& pod, const PodState& state, WallTime now) {
    json::Value status = json::Value::object({{"phase", "Failed"}, {"reason", state.rejected->reason}, {"message", state.rejected->message}});
    status.set("startTime", sys::rfc3339(state.start_time.value_or(now)));
    if (pod["metadata"]["generation"].is_int()) status.set("observedGeneration", pod["metadata"]["generation"]);
    status.set("qosClass", qos_class(pod));
    return status;
}

const json::Value& known_conditions(const json::Value& pod, const PodState& state) {
    return state.last_status["conditions"].is_array() ? state.last_status["conditions"] : pod["status"]["conditions"];
}

}  // namespace

json::Value pod_status(const json::Value& pod, const PodState& state, const NodeFacts& node, WallTime now) {
    if (state.rejected) return rejected_status(pod, state, now);
    const bool ending = state.termination && state.termination->containers_stopped;
    json::Value init = init_container_statuses(pod, state);
    json::Value main = container_statuses(pod, state);
    const bool initialized = initialized_before(pod, state);
    std::string phase = pod_phase(pod, init, main, ending, initialized);
    if (state.termination && state.termination->failed) phase = "Failed";
    // Whole success or failure is said only after everything has ended and was stopped.
    if (!ending && !state.from_manifest && (phase == "Succeeded" || phase == "Failed") && !(state.termination && state.termination->failed)) phase = initialized ? "Running" : "Pending";

    if (terminal(pod)) phase = pod["status"]["phase"].as_string();   // the end is the end

    const bool sandbox_ready = state.sandbox && state.sandbox->ready && (host_network(pod) || !state.ips.empty());
    json::Value status = json::Value::object();
    status.set("conditions", pod_conditions({pod, init, main, phase, sandbox_ready, initialized, known_conditions(pod, state), sys::rfc3339(now), &state}));
    status.set("containerStatuses", std::move(main));
    if (json::Value ephemeral = ephemeral_container_statuses(pod, state); ephemeral.size() > 0) status.set("ephemeralContainerStatuses", std::move(ephemeral));
    if (!node.host_ips.empty()) {
        status.set("hostIP", node.host_ips.front());
        status.set("hostIPs", ip_list(node.host_ips));
    }
    if (init.size() > 0) status.set("initContainerStatuses", std::move(init));
    if (state.termination && !state.termination->message.empty()) status.set("message", state.termination->message);
    if (pod["metadata"]["generation"].is_int()) status.set("observedGeneration", pod["metadata"]["generation"]);
    status.set("phase", phase);
    const std::vector<std::string>& ips = host_network(pod) ? node.host_ips : state.ips;
    if (!ips.empty()) {
        status.set("podIP", ips.front());
        status.set("podIPs", ip_list(ips));
    }
    status.set("qosClass", qos_class(pod));
    if (state.termination && !state.termination->reason.empty()) status.set("reason", state.termination->reason);
    status.set("startTime", sys::rfc3339(state.start_time.value_or(now)));
    return status;
}

namespace {

// Equal but for members that are null, {} or [] on one side and absent on the other: the API may leave those out.
bool equivalent(const json::Value& a, const json::Value& b) {
    auto nothing = [](const json::Value& value) { return value.is_null() || ((value.is_object() || value.is_array()) && value.size() == 0); };
    if (nothing(a) || nothing(b)) return nothing(a) && nothing(b);
    if (a.is_object() && b.is_object()) {
        for (const auto& [key, value] : a.members())
            if (!equivalent(value, b[key])) return false;
        for (const auto& [key, value] : b.members())
            if (!a.has(key) && !nothing(value)) return false;
        return true;
    }
    if (a.is_array() && b.is_array()) {
        if (a.size() != b.size()) return false;
        for (size_t i = 0; i < a.size(); ++i)
            if (!equivalent(a[i], b[i])) return false;
        return true;
    }
    return a == b;
}

}  // namespace

json::Value status_patch(const json::Value& previous, const json::Value& wanted) {
    json::Value patch = json::Value::object();
    for (const auto& [key, value] : wanted.members()) {
        const json::Value& old = previous[key];
        if (key == "conditions") {
            json::Value changed = json::Value::array();
            for (const auto& condition : value.items()) {
                const json::Value* before = nullptr;
                for (const auto& candidate : old.items())
                    if (candidate["type"] == condition["type"]) before = &candidate;
                if (!before || !equivalent(*before, condition)) {
                    json::Value entry = condition;
                    // A merge by type keeps members that are absent here.
                    for (const char* member : {"reason", "message"})
                        if (before && before->has(member) && !entry.has(member)) entry.set(member, nullptr);
                    changed.push_back(std::move(entry));
                }
            }
            for (const auto& before : old.items()) {
                const std::string& type = before["type"].as_string();
                bool holds = !is_passing_condition(type);
                for (const auto& condition : value.items()) holds = holds || condition["type"].as_string() == type;
                if (!holds) changed.push_back(json::Value::object({{"$patch", "delete"}, {"type", type}}));
            }
            if (changed.size() > 0) patch.set("conditions", std::move(changed));
        } else if (!equivalent(old, value)) {
            json::Value entry = value;
            if (key == "podIPs")   // merges by ip: what is no longer there is taken out by name
                for (const auto& gone : old.items()) {
                    bool kept = false;
                    for (const auto& ip : value.items()) kept = kept || ip["ip"] == gone["ip"];
                    if (!kept) entry.push_back(json::Value::object({{"$patch", "delete"}, {"ip", gone["ip"]}}));
                }
            patch.set(key, std::move(entry));
        }
    }
    for (const char* key : {"podIP", "podIPs", "reason", "message"})
        if (previous.has(key) && !wanted.has(key)) patch.set(key, nullptr);
    return patch.size() > 0 ? std::move(patch) : json::Value();
}

}  // namespace skiff::agent::pods
