// Whether this node can take one more pod, as the kubelet asks before it runs one: the scheduler may have raced, or have been passed by. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/pods/node_config.h"
#include "agent/pods/pod_manager.h"
#include "agent/pods/pod_state.h"

namespace skiff::agent::pods {

NodeLoad load_of(const json::Value& pod);
// reason (NodePorts, OutOfcpu, OutOfmemory, OutOfpods) and message; nothing when it fits.
// Evicted, when the node is under pressure that this pod would add to.
std::optional<Waiting> refuse_under_pressure(const json::Value& pod, const NodePressure& pressure);
std::optional<Waiting> refuse(const json::Value& pod, const NodeLoad& others, const NodeConfig& config);

}  // namespace skiff::agent::pods
