// PodState: all that the agent knows of one pod beyond its object. Owned by the pod's entry in the manager and touched only by the one
// worker that syncs the pod; other threads send changes to its inbox.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/pods/backoff.h"
#include "agent/pods/pod_spec.h"
#include "agent/images/image_store.h"
#include "agent/runtime/runtime.h"
#include "agent/volumes/volume_manager.h"
#include "api/object.h"
#include "base/clock.h"
#include "json/value.h"

namespace skiff::agent::pods {

struct Waiting {
    std::string reason, message;
};

// One run of a container: what the runtime says, and what is read once when it ends.
struct Run {
    runtime::ContainerStatus status;
    std::string image_id;                 // what status.imageID shows
    std::string termination_message;
    Duration ended{0};                    // Clock::elapsed() when it ended; for the back-off
    bool ended_seen = false;              // message read, events written
    bool removed = false;                 // the runtime knows it no more
    bool running() const { return status.state == runtime::State::Running; }
    bool exited() const { return status.state == runtime::State::Exited; }
};

// A container that is being stopped: pre-stop hook, stop signal, SIGKILL at the deadline.
struct Stopping {
    enum class Step { PreStop, Signalled, Killed };
    Step step = Step::PreStop;
    Duration deadline{0};
    bool hook_done = false;
};

enum class PostStart { None, Running, Done, Failed };

struct ContainerState {
    std::vector<Run> runs;                // newest first, at most kRunsKept
    std::optional<Waiting> waiting;       // why it does not run, from the last try to start it
    Backoff backoff;
    Duration retry_at{0};                 // not before, after a failed try
    int failed_tries = 0;
    bool started = false, ready = false;  // of the newest run, as the probes say
    PostStart post_start = PostStart::None;
    std::string probed_id;                // the run that has its probes
    std::string unhealthy;                // liveness or startup probe failed: the message of the Killing event
    int64_t unhealthy_grace_s = -1;       // terminationGracePeriodSeconds of that probe, -1: the pod's
    std::optional<Stopping> stopping;
    std::string hook_message;             // why a lifecycle hook failed, until it is told
    json::Value applied;                  // resources{} that the newest run's cgroup has
    bool resized = false;                 // stopped for a resize: it starts again without back-off
    int restart_count_base = 0;           // from the API's status when the runtime knows no run (after a reboot)
    const Run* current() const { return runs.empty() ? nullptr : &runs.front(); }
    Run* current() { return runs.empty() ? nullptr : &runs.front(); }
    bool running() const { return !runs.empty() && runs.front().running(); }
};
constexpr size_t kRunsKept = 2;

// An image that the pod needs: pulled in the background, one pull at a time.
struct ImageWait {
    bool pulling = false;
    std::optional<images::Image> pulled;  // by the last pull; taken by the next start
    Backoff backoff;
    Duration failed_at{0};
    std::string error;                    // of the last pull; "" when it went well
    bool backing_off = false;             // the BackOff event was written
    std::string told;                     // message of an event that is still to be written
};

// The pod is to end: deleted, evicted, out of time, or all of its containers have ended.
struct Termination {
    int64_t grace_s = 30;
    Duration since{0};
    std::string reason, message;          // status.reason: DeadlineExceeded, Evicted; "" when deleted or completed
    bool failed = false;                  // phase Failed whatever the exit codes say
    bool disrupted = false;               // this node ends it: condition DisruptionTarget
    bool containers_stopped = false;
    bool resources_released = false;      // sandbox, network and volumes are gone
};

// In-place resize; see allocation.h.
struct Resize {
    bool known = false;                                // allocated has been filled
    std::map<std::string, json::Value> allocated;      // resources{} by container
    std::optional<runtime::Resources> pod_applied;     // of the pod's cgroup; nothing: as at its creation
    std::optional<Waiting> pending;                    // Infeasible or Deferred
    bool in_progress = false;
    std::string error;                                 // why it does not come to an end
    api::TreePtr effective;                            // the pod with what is allocated, while that is not what is asked for
    std::string effective_for;                         // resourceVersion that it was made from
};

struct PodState {
    std::string uid, key;                 // key: namespace/name
    api::ObjectPtr pod;                   // as wanted now
    bool from_manifest = false;           // a static pod
    bool gone = false;                    // no longer in its source
    std::string mirror_uid;               // static pods: uid of the mirror in the API, "" without
    api::ObjectPtr mirror;

    std::optional<WallTime> start_time;
    std::optional<Waiting> rejected;      // not admitted by this node
    bool admitted = false;

    std::optional<runtime::SandboxStatus> sandbox;
    std::vector<std::string> ips;
    bool had_sandbox = false;
    int sandbox_attempt = 0;
    Duration sandbox_retry_at{0};
    std::optional<volumes::Volumes> volumes;
    std::string volumes_for;              // resourceVersion of the object they were made for
    std::string volumes_error;            // as last told by an event
    std::map<std::string, ImageWait> images;   // by spec.containers[].image
    Duration volumes_retry_at{0};

    std::map<std::string, ContainerState> containers;
    std::optional<Termination> termination;
    Resize resize;

    json::Value last_status;              // as last computed; {} before
    bool final_status_written = false;
    bool terminal_at_adoption = false;    // already Succeeded or Failed when first seen: nothing runs, nothing is written

    ContainerState& container(const std::string& name) { return containers[name]; }
    const ContainerState* find(const std::string& name) const {
        auto found = containers.find(name);
        return found == containers.end() ? nullptr : &found->second;
    }
};

// Whether any main container has run: the pod has been initialized then. In the present sandbox: a new one runs init containers again.
bool initialized_before(const json::Value& pod, const PodState& state);
bool initialized_in_sandbox(const json::Value& pod, const PodState& state);
bool in_present_sandbox(const PodState& state, const Run& run);
bool any_running(const PodState& state);

}  // namespace skiff::agent::pods
