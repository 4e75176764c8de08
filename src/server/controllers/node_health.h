// Health of nodes: what a silent kubelet means, which taints conditions bring, when a taint evicts a pod. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "json/value.h"

namespace skiff::controllers {

inline constexpr const char* kNotReadyTaint = "node.kubernetes.io/not-ready";
inline constexpr const char* kUnreachableTaint = "node.kubernetes.io/unreachable";
inline constexpr const char* kOutOfServiceTaint = "node.kubernetes.io/out-of-service";

// "True", "False", "Unknown"; "" without the condition.
std::string node_ready(const json::Value& node);
// Sets the kubelet's conditions to Unknown, since it is silent. True when something changed.
bool mark_unknown(json::Value& node_status, WallTime now);
// spec.taints as the node's conditions and spec.unschedulable want them; other taints are kept. evict: add NoExecute taints as well.
json::Value wanted_taints(const json::Value& node, bool evict, WallTime now);

// Whether and when NoExecute taints remove a pod.
struct Eviction {
    bool never = true;
    WallTime at{};           // may be past
};
// first_seen: for taints without timeAdded.
Eviction eviction_time(const json::Value& taints, const json::Value& tolerations, WallTime first_seen);

// A zone's limit: one node in 10 s; none when most of a small zone is down (then it is probably us), all stop when all are down.
enum class ZoneState { Normal, Partial, Full };
ZoneState zone_state(size_t ready, size_t not_ready);

}  // namespace skiff::controllers
