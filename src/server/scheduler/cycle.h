// Cycle: one pod against one snapshot: filters, then scores. Pure; the same inputs and seed give the same node.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/scheduler/filter.h"
#include "server/scheduler/snapshot.h"

namespace skiff::scheduler {

struct Decision {
    std::string node;                                // "" when no node fits
    // Refused nodes, for the message and for preemption.
    std::map<std::string, int> reasons;              // reason -> nodes
    std::vector<std::string> preemptable;            // nodes where removing pods may help
    std::set<std::string> unresolvable;              // the other refused ones
    std::string whole_reason;                        // the pod itself cannot be scheduled anywhere
    size_t nodes_total = 0;
    // "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable."
    std::string message() const;   // without what preemption adds
};

Decision decide(const PodInfo& pod, const Snapshot& snapshot, uint64_t seed);
// Why the pod is refused on one node of the snapshot; nothing when it passes all filters there.
std::optional<Refusal> refusal_on(const PodInfo& pod, const Snapshot& snapshot, const std::string& node);

}  // namespace skiff::scheduler
