#include "server/scheduler/preemption.h"

#include <algorithm>
#include <tuple>

namespace skiff::scheduler {

namespace {

bool more_important(const PodPtr& a, const PodPtr& b) {
    if (a->priority != b->priority) return a->priority > b->priority;
    return a->created_s < b->created_s;
}

// Takes pods away until the pod fits, then gives back what can stay.
std::optional<Preemption> on_node(const PodInfo& pod, Snapshot& snapshot, const std::string& name, const std::function<bool(const PodInfo&)>& breaks_budget) {
    auto& node = snapshot.nodes.at(name);
    const NodeInfo before = node;
    std::vector<PodPtr> candidates;
    for (const auto& [uid, other] : before.pods)
        if (other->priority < pod.priority) candidates.push_back(other);
    std::optional<Preemption> found;
    for (const auto& candidate : candidates) node.remove_pod(candidate->uid);
    if (!candidates.empty() && fits(pod, snapshot, name)) {
        found = Preemption{name, {}, 0};
        // Those that a budget protects are given back first.
        std::stable_sort(candidates.begin(), candidates.end(), [&](const PodPtr& a, const PodPtr& b) {
            const bool first = breaks_budget(*a), second = breaks_budget(*b);
            return first != second ? first : more_important(a, b);
        });
        for (const auto& candidate : candidates) {
            node.add_pod(candidate);
            if (fits(pod, snapshot, name)) continue;
            node.remove_pod(candidate->uid);
            found->victims.push_back(candidate);
            found->broken_budgets += breaks_budget(*candidate) ? 1 : 0;
        }
    }
    node = before;
    return found && !found->victims.empty() ? found : std::nullopt;
}

auto cost(const Preemption& p) {
    int64_t highest = 0, sum = 0, oldest = INT64_MAX;
    for (const auto& victim : p.victims) {
        highest = std::max(highest, victim->priority);
        sum += victim->priority;
        oldest = std::min(oldest, victim->created_s);
    }
    return std::make_tuple(p.broken_budgets, highest, sum, p.victims.size(), -oldest);
}

}  // namespace

std::optional<Preemption> find_preemption(const PodInfo& pod, const Snapshot& snapshot, const Decision& decision,
                                          const std::function<bool(const PodInfo&)>& breaks_budget) {
    if (pod.never_preempts || decision.preemptable.empty()) return std::nullopt;
    Snapshot trial = snapshot;
    std::optional<Preemption> best;
    for (const auto& node : decision.preemptable) {
        auto found = on_node(pod, trial, node, breaks_budget);
        if (found && (!best || cost(*found) < cost(*best))) best = std::move(found);
    }
    return best;
}

}  // namespace skiff::scheduler
