// The pod conditions that the kubelet owns. Pure.
#pragma once

#include <string>

#include "json/value.h"

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
};

// PodReadyToStartContainers, Initialized, Ready, ContainersReady and PodScheduled.
json::Value pod_conditions(const ConditionInputs& in);

}  // namespace skiff::agent::pods
