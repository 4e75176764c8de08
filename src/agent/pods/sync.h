// One sync of one pod: an ordered list of steps, one file a concern. A step looks at what is, does what it can without waiting, and says
// whether the next one may go on. What takes long (a pull, a pre-stop hook, a container's end) comes back as a change to the inbox.
#pragma once

#include <functional>
#include <optional>

#include "agent/pods/decide.h"
#include "agent/pods/node_config.h"
#include "agent/pods/pod_state.h"

namespace skiff::agent::pods {

struct Sync {
    Services& services;
    PodState& state;
    const json::Value& pod;
    // Sends a change to the pod's inbox and wakes its worker; safe from any thread and after the pod has gone.
    std::function<void(std::function<void(PodState&)>)> post;
    // Sync again at the latest after this.
    std::optional<Duration> wake_after;

    void wake_in(Duration delay) {
        if (delay < Duration{0}) delay = Duration{0};
        if (!wake_after || delay < *wake_after) wake_after = delay;
    }
    Duration now() const { return services.clock.elapsed(); }
    // container null: about the pod.
    void event(const ContainerRef* container, std::string_view type, std::string_view reason, std::string message) const;
};

// What the pod's containers did since the last sync: messages, back-off, dead ones beyond the kept number.
void note_ends(Sync& sync);
// Refuses a pod that this node cannot run; true when it may run.
bool admit(Sync& sync, const std::function<std::optional<Waiting>(const json::Value& pod)>& fits);
// True when all volumes are there.
bool ensure_volumes(Sync& sync);
// Why the pod's ResourceClaims cannot be prepared; ok when they have no devices.
Status check_devices(const Sync& sync);
// True when the sandbox and its network are there.
bool ensure_sandbox(Sync& sync);
// Brings running containers to the resources that are allocated to them.
void apply_resize(Sync& sync);
void start_containers(Sync& sync, const std::vector<std::string>& names);
// Begins to stop a running container.
void stop_container(Sync& sync, const std::string& name, const std::string& message, int64_t grace_s);
// Goes on with containers that are being stopped.
void advance_stops(Sync& sync);
// Ends the pod; true when nothing is left of it on the node but its dead containers.
bool terminate(Sync& sync);
// Removes dead containers, after the last status is safe.
void remove_dead(Sync& sync);
void report_status(Sync& sync);

// One pass over all of it.
void sync_pod(Sync& sync, const std::function<std::optional<Waiting>(const json::Value& pod)>& fits);

}  // namespace skiff::agent::pods
