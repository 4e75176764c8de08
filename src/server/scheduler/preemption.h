// Preemption: on which node, and at whose cost, a pod of higher priority finds room. Pure.
//
// As Kubernetes: only pods of lower priority go; as many of them as possible are spared, the most important first; among nodes the one whose
// victims break the fewest disruption budgets, then have the lowest priority, are the fewest.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/scheduler/cycle.h"

namespace skiff::scheduler {

struct Preemption {
    std::string node;
    std::vector<PodPtr> victims;
    int broken_budgets = 0;
};

// breaks_budget: whether evicting the pod now would violate a PodDisruptionBudget.
std::optional<Preemption> find_preemption(const PodInfo& pod, const Snapshot& snapshot, const Decision& decision,
                                          const std::function<bool(const PodInfo&)>& breaks_budget);

}  // namespace skiff::scheduler
