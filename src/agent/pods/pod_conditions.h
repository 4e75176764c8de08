// The pod conditions that the kubelet owns. Pure.
#pragma once

#include <string>

#include "agent/pods/pod_state.h"

namespace skiff::agent::pods {

struct ConditionInputs {
    const json::Value& pod;
    const json::Value& init_statuses;
    const json::Value& statuses;
    const std::string& phase;
    bool sandbox_ready;              // sandbox and network are there
    bool initialized_before;         // a main container has run
    const json::Value& previous;     // conditions as last known: lastTransitionTime is kept where the status did not change
    std::string now;                 // RFC 3339
    const PodState* state = nullptr; // for resizes and evictions
};

// PodReadyToStartContainers, Initialized, Ready, ContainersReady and PodScheduled; PodResizePending and PodResizeInProgress while they hold,
// DisruptionTarget when this node evicts the pod.
json::Value pod_conditions(const ConditionInputs& in);
// Those of the list above that are absent when they do not hold.
bool is_passing_condition(const std::string& type);

}  // namespace skiff::agent::pods
