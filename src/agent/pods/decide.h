// decide: what a pod needs next, from what is wanted and what is. Pure: no clock, no runtime; tested by table.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/pods/pod_state.h"

namespace skiff::agent::pods {

struct StopOrder {
    std::string container;
    std::string message;                  // of the Killing event
    int64_t grace_s = -1;                 // -1: the pod's
};

struct Plan {
    bool create_sandbox = false;
    std::vector<std::string> start;       // containers to start now, in this order
    std::vector<StopOrder> stop;          // running containers to stop; they come back by their restart policy
    std::map<std::string, Waiting> waiting;   // in back-off: CrashLoopBackOff
    std::optional<Termination> terminate; // the pod is to end
    std::optional<Duration> wake_after;   // nothing else may change until then
};

// A live pod (not yet terminating). now is Clock::elapsed(), wall Clock::now().
Plan decide(const json::Value& pod, const PodState& state, Duration now, WallTime wall);

// Whether an ended container runs again by the pod's and its own policy.
bool restarts(const json::Value& pod, const ContainerRef& container, const Run& ended);

// Containers to stop next of a pod that ends: main ones at once, then sidecars one by one from the last (each after the later ones
// have ended). Names of running containers that are not being stopped yet.
std::vector<std::string> stop_next(const json::Value& pod, const PodState& state);

}  // namespace skiff::agent::pods
