#include "server/scheduler/preemption.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "base/strings.h"

namespace skiff::scheduler {

namespace {

bool more_important(const PodPtr& a, const PodPtr& b) {
    if (a->priority != b->priority) return a->priority > b->priority;
    return a->started_s < b->started_s;
}

// Which of the candidates, evicted one after the other, would break a budget.
std::set<std::string> violating(const std::vector<PodPtr>& candidates, const std::vector<Budget>& budgets) {
    std::set<std::string> found;
    std::vector<int64_t> left;
    for (const auto& budget : budgets) left.push_back(budget.allowed);
    for (const auto& pod : candidates) {
        if (pod->labels.empty()) continue;
        bool breaks = false;
        for (size_t i = 0; i < budgets.size(); ++i) {
            const auto& budget = budgets[i];
            if (budget.ns != pod->ns || budget.selector.empty() || !budget.selector.matches(pod->labels) || budget.disrupted.count(pod->name)) continue;
            if (--left[i] < 0) breaks = true;
        }
        if (breaks) found.insert(pod->uid);
    }
    return found;
}

// Takes pods away until the pod fits, then gives back what can stay.
std::optional<Preemption> on_node(const PodInfo& pod, Snapshot& snapshot, const std::string& name, const std::vector<Budget>& budgets,
                                  const Profile& profile, std::map<std::string, int>& reasons) {
    auto& node = snapshot.nodes.at(name);
    std::vector<PodPtr> candidates;
    for (const auto& [uid, other] : node.pods)
        if (other->priority < pod.priority) candidates.push_back(other);
    if (candidates.empty()) {
        ++reasons["No preemption victims found for incoming pod"];
        return std::nullopt;
    }
    const auto all = candidates;
    for (const auto& candidate : candidates) snapshot.remove_pod(node, candidate->uid);
    std::optional<Preemption> found;
    if (auto refusal = refusal_on(pod, snapshot, name, profile)) {
        for (const auto& reason : refusal->reasons) ++reasons[reason];
    } else {
        found = Preemption{name, {}, 0, {}, {}};
        std::stable_sort(candidates.begin(), candidates.end(), more_important);
        const auto breaking = violating(candidates, budgets);
        // Those that a budget protects are given back first.
        std::stable_partition(candidates.begin(), candidates.end(), [&](const PodPtr& p) { return breaking.count(p->uid) > 0; });
        for (const auto& candidate : candidates) {
            snapshot.add_pod(node, candidate);
            if (!refusal_on(pod, snapshot, name, profile)) continue;
            snapshot.remove_pod(node, candidate->uid);
            found->victims.push_back(candidate);
            found->broken_budgets += breaking.count(candidate->uid) ? 1 : 0;
        }
        std::stable_sort(found->victims.begin(), found->victims.end(), more_important);
    }
    for (const auto& candidate : all) snapshot.add_pod(node, candidate);
    return found;
}

auto cost(const Preemption& p) {
    int64_t sum = 0, highest = std::numeric_limits<int64_t>::min(), oldest = std::numeric_limits<int64_t>::max();
    for (const auto& victim : p.victims) {
        // Shifted, so that more pods of negative priority do not cost less.
        sum += victim->priority + std::numeric_limits<int32_t>::max() + 1;
        highest = std::max(highest, victim->priority);
    }
    for (const auto& victim : p.victims)
        if (victim->priority == highest) oldest = std::min(oldest, victim->started_s);
    return std::make_tuple(p.broken_budgets, highest, sum, p.victims.size(), -oldest);
}

// A victim of an earlier preemption still leaves the nominated node: nothing more is taken meanwhile.
bool waits_for_victims(const PodInfo& pod, const Snapshot& snapshot, const Decision& decision) {
    if (pod.nominated_node.empty() || decision.unresolvable.count(pod.nominated_node)) return false;
    auto node = snapshot.nodes.find(pod.nominated_node);
    if (node == snapshot.nodes.end()) return false;
    return std::any_of(node->second.pods.begin(), node->second.pods.end(),
                       [&](const auto& entry) { return entry.second->priority < pod.priority && entry.second->deleting && entry.second->preempted; });
}

}  // namespace

Budget read_budget(const api::Object& object) {
    const auto tree = object.tree();
    Budget budget;
    budget.ns = object.meta().ns;
    auto selector = api::LabelSelector::from_object((*tree)["spec"]["selector"]);
    budget.selector = selector.ok() ? *selector : api::LabelSelector::nothing();
    budget.allowed = (*tree)["status"]["disruptionsAllowed"].as_int();
    for (const auto& [name, time] : (*tree)["status"]["disruptedPods"].members()) budget.disrupted.insert(name);
    return budget;
}

std::string Preemption::message(const Decision& decision, std::string_view claims) const {
    if (!node.empty()) return "";
    std::string text = fmt::format(" {}, preemption: ", claims);
    if (!not_eligible.empty()) return text + not_eligible;
    auto counted = reasons;
    size_t tried = decision.preemptable.size();
    if (decision.nodes_total > tried) counted["Preemption is not helpful for scheduling"] += static_cast<int>(decision.nodes_total - tried);
    std::vector<std::string> parts;
    for (const auto& [reason, count] : counted) parts.push_back(fmt::format("{} {}", count, reason));
    std::sort(parts.begin(), parts.end());
    return text + fmt::format("0/{} nodes are available: {}.", decision.nodes_total, join(parts, ", "));
}

Preemption find_preemption(const PodInfo& pod, Snapshot& snapshot, const Decision& decision, const std::vector<Budget>& budgets, const Profile& profile,
                           uint64_t offset, const JudgeCandidates& judge) {
    Preemption best;
    if (pod.never_preempts) best.not_eligible = "not eligible due to preemptionPolicy=Never.";
    else if (waits_for_victims(pod, snapshot, decision)) best.not_eligible = "not eligible due to a terminating pod on the nominated node.";
    if (!best.not_eligible.empty()) return best;
    const size_t enough = std::max(static_cast<size_t>(std::max<int64_t>(profile.candidates_min, 1)),
                                   decision.preemptable.size() * static_cast<size_t>(std::max<int64_t>(profile.candidates_percent, 0)) / 100);
    std::vector<Preemption> candidates;
    bool harmless = false;                            // one that breaks no budget
    for (size_t i = 0; i < decision.preemptable.size() && !(harmless && candidates.size() >= enough); ++i) {
        const auto& name = decision.preemptable[(i + offset) % decision.preemptable.size()];
        auto found = on_node(pod, snapshot, name, budgets, profile, best.reasons);
        if (!found || found->victims.empty()) continue;
        harmless = harmless || found->broken_budgets == 0;
        candidates.push_back(std::move(*found));
    }
    if (judge && !candidates.empty())
        if (auto judged = judge(candidates); !judged.ok()) return best;
    for (auto& candidate : candidates) {
        if (!best.node.empty() && !(cost(candidate) < cost(best))) continue;
        candidate.reasons = std::move(best.reasons);
        best = std::move(candidate);
    }
    return best;
}

}  // namespace skiff::scheduler
