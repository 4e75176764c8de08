#include "agent/pods/pod_phase.h"

#include "agent/pods/pod_spec.h"

namespace skiff::agent::pods {

namespace {

const json::Value& status_of(const json::Value& statuses, const std::string& name) {
    static const json::Value kNone;
    for (const auto& status : statuses.items())
        if (status["name"].as_string() == name) return status;
    return kNone;
}

struct Counts {
    int init_pending = 0, sidecar_pending = 0, init_failed = 0;
    int unknown = 0, running = 0, waiting = 0, stopped = 0, succeeded = 0;

    void add_init(const json::Value& status) {
        const json::Value& ended = status["state"]["terminated"];
        const json::Value& ended_before = status["lastState"]["terminated"];
        if (!ended.is_null()) {
            if (ended["exitCode"].as_int() != 0) ++init_failed;
        } else if (!status["state"]["waiting"].is_null() && !ended_before.is_null()) {
            if (ended_before["exitCode"].as_int() != 0) ++init_failed;
        } else {
            ++init_pending;
        }
    }

    void add_sidecar(const json::Value& status) {
        if (!status["state"]["running"].is_null()) {
            if (!status["started"].as_bool()) ++sidecar_pending;
            ++running;
        } else if (!status["state"]["terminated"].is_null()) {
            return;   // a sidecar that ended says nothing of the pod
        } else if (!status["state"]["waiting"].is_null()) {
            if (status["lastState"]["terminated"].is_null()) ++sidecar_pending, ++waiting;
        } else {
            ++sidecar_pending, ++unknown;
        }
    }

    void add_main(const json::Value& status) {
        if (!status["state"]["running"].is_null()) {
            ++running;
        } else if (const json::Value& ended = status["state"]["terminated"]; !ended.is_null()) {
            ++stopped;
            if (ended["exitCode"].as_int() == 0) ++succeeded;
        } else if (!status["state"]["waiting"].is_null()) {
            status["lastState"]["terminated"].is_null() ? ++waiting : ++stopped;
        } else {
            ++unknown;
        }
    }
};

}  // namespace

std::string pod_phase(const json::Value& pod, const json::Value& init_statuses, const json::Value& statuses, bool ending, bool initialized) {
    Counts counts;
    for (const auto& container : container_list(pod)) {
        if (container.kind == ContainerKind::Init) counts.add_init(status_of(init_statuses, container.name()));
        if (container.kind == ContainerKind::Sidecar) counts.add_sidecar(status_of(init_statuses, container.name()));
        if (container.kind == ContainerKind::Main) counts.add_main(status_of(statuses, container.name()));
    }
    const RestartPolicy policy = restart_policy(pod);
    if (counts.init_failed > 0 && policy == RestartPolicy::Never) return "Failed";
    if (ending && (counts.init_pending > 0 || counts.waiting > 0 || counts.unknown > 0)) return "Failed";   // ended before it ran
    if (counts.init_pending > 0 || (counts.sidecar_pending > 0 && !initialized) || counts.waiting > 0) return "Pending";
    if (counts.running > 0 && counts.unknown == 0) return "Running";
    if (counts.running == 0 && counts.stopped > 0 && counts.unknown == 0) {
        const bool success = counts.stopped == counts.succeeded;
        if (ending) return success ? "Succeeded" : "Failed";
        if (policy == RestartPolicy::Always) return "Running";
        if (success) return "Succeeded";
        return policy == RestartPolicy::Never ? "Failed" : "Running";
    }
    return "Pending";
}

}  // namespace skiff::agent::pods
