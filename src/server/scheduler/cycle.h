// Cycle: one pod against one snapshot: filters, then scores. Pure; the same inputs and seed give the same node.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "server/scheduler/filter.h"
#include "server/scheduler/score.h"
#include "server/scheduler/snapshot.h"

namespace skiff::scheduler {

struct Decision {
    std::string node;                                // "" when no node fits
    // Refused nodes, for the message and for preemption.
    std::map<std::string, int> reasons;              // reason -> nodes
    std::vector<std::string> preemptable;            // nodes where removing pods may help
    std::set<std::string> unresolvable;              // the other refused ones
    std::string whole_reason;                        // the pod itself cannot be scheduled anywhere
    std::string_view refused_by;                     // the filter that says so
    size_t nodes_total = 0;
    std::string error;                               // nothing was decided: what an extender answered or a filter met
    std::string next;                                // the node at which the next cycle begins to look
    // "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable."
    std::string message() const;   // without what preemption adds
};

// Whoever outside has a say in a decision: extenders.
class Advisor {
public:
    virtual ~Advisor() = default;
    // Takes nodes away and notes why. An error: nothing is decided, the pod is tried again.
    virtual Status filter(const PodInfo& pod, NodeList& nodes, Decision& decision) const = 0;
    virtual void score(const PodInfo& pod, const NodeList& nodes, std::vector<int64_t>& totals) const = 0;
};

// start: the name of the node to begin with. In a large cluster only a part of the nodes that fit is looked for, a different one each time.
Decision decide(const PodInfo& pod, const Snapshot& snapshot, uint64_t seed, const Profile& profile = default_profile(), const std::string& start = {},
                const Advisor* advisor = nullptr);
// Why the pod is refused on one node of the snapshot; nothing when it passes all filters there.
std::optional<Refusal> refusal_on(const PodInfo& pod, const Snapshot& snapshot, const std::string& node, const Profile& profile = default_profile());
// How many nodes that fit are enough (percentageOfNodesToScore; 0: the fewer the larger the cluster, but 5 % and 100 nodes at least).
size_t enough_nodes(size_t nodes, int64_t percentage);

}  // namespace skiff::scheduler
