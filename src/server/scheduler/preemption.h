// Preemption: on which node, and at whose cost, a pod of higher priority finds room. Pure.
//
// As Kubernetes: only pods of lower priority go; as many of them as possible are spared, the most important first; among nodes the one whose
// victims break the fewest disruption budgets, then whose most important victim is the least important, then the smallest sum of priorities,
// then the fewest, then the youngest.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/selector.h"
#include "base/status.h"
#include "server/scheduler/cycle.h"

namespace skiff::scheduler {

// What preemption needs of a PodDisruptionBudget.
struct Budget {
    std::string ns;
    api::LabelSelector selector;
    int64_t allowed = 0;                             // status.disruptionsAllowed
    std::set<std::string> disrupted;                 // pods that are accounted for already
};
Budget read_budget(const api::Object& object);

struct Preemption {
    std::string node;                                // "" nobody's removal helps
    std::vector<PodPtr> victims;
    int broken_budgets = 0;
    // Why the nodes that were tried do not help, or why nothing was tried at all; see message().
    std::map<std::string, int> reasons;
    std::string not_eligible;
    // What Kubernetes appends to the message of a pod that did not fit; "" after a success.
    // claims: what Kubernetes' plugin for dynamic resources says first.
    std::string message(const Decision& decision, std::string_view claims = "no new claims to deallocate") const;
};

// Strikes out candidates or their victims; what extenders say. An error ends the search, the message tells it.
using JudgeCandidates = std::function<Status(std::vector<Preemption>&)>;

// The snapshot is changed while it looks, and is as before when it returns. offset: of the first node that is tried; in a large cluster not all are.
Preemption find_preemption(const PodInfo& pod, Snapshot& snapshot, const Decision& decision, const std::vector<Budget>& budgets,
                           const Profile& profile = default_profile(), uint64_t offset = 0, const JudgeCandidates& judge = {});

}  // namespace skiff::scheduler
