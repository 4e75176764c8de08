// PodStatus as the kubelet computes it. Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/pods/pod_state.h"
#include "json/value.h"

namespace skiff::agent::pods {

struct NodeFacts {
    std::vector<std::string> host_ips;   // the node's InternalIPs, IPv4 first
};

json::Value pod_status(const json::Value& pod, const PodState& state, const NodeFacts& node, WallTime now);

// The strategic merge patch body that brings the API's status to wanted; null when they agree. previous: as last written or read.
json::Value status_patch(const json::Value& previous, const json::Value& wanted);

}  // namespace skiff::agent::pods
