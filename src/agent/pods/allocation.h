// In-place resize: what a pod's containers ask for (its spec), what this node has granted them (allocated) and what their cgroups say
// (applied). Until the node grants a change, the pod goes on with what it has. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/pods/admission.h"
#include "agent/pods/pod_state.h"

namespace skiff::agent::pods {

// resources{} of each container that can be resized (main ones and sidecars), by name.
using Allocation = std::map<std::string, json::Value>;
Allocation requested(const json::Value& pod);
// Whether cpu or memory differ between two resources{}.
bool resources_differ(const json::Value& a, const json::Value& b);
bool differs(const json::Value& pod, const Allocation& allocated);
// The pod with what is allocated instead of what is asked for.
json::Value with_allocation(const json::Value& pod, const Allocation& allocated);

// Why a resize is not granted: Infeasible (never) or Deferred (not now).
std::optional<Waiting> refuse_resize(const json::Value& pod, const NodeLoad& others, const NodeConfig& config);

// A pod whose resize waits for room, or asks for it now.
struct ResizeClaim {
    api::TreePtr pod;                                // with what it wants
    NodeLoad granted;
    std::string since;                               // put off at that time (RFC 3339); "" only now
};
// By priority, then Guaranteed before Burstable before BestEffort, then the longest wait.
bool precedes(const ResizeClaim& a, const ResizeClaim& b);
// others (what all other pods were granted) and beside it the room that is due to those who wait and come before own.
NodeLoad load_before(NodeLoad others, const ResizeClaim& own, std::vector<ResizeClaim> waiting, const NodeConfig& config);

// What a running container needs so that its cgroup says what is allocated.
enum class ResizeAction { None, Update, Restart };
ResizeAction resize_action(const json::Value& container, const json::Value& applied);

// The pod as this node runs it: grants what is wanted where the node has it, and otherwise notes in the state why not. others is asked only
// when there is something to decide.
api::TreePtr allocate(PodState& state, api::TreePtr wanted, const std::function<NodeLoad()>& others, const NodeConfig& config);

}  // namespace skiff::agent::pods
