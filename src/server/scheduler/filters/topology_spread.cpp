#include <algorithm>
#include <limits>

#include "base/text_map.h"
#include "server/scheduler/filter.h"

namespace skiff::scheduler {

namespace {

// Matching pods by domain of one constraint (API reference, TopologySpreadConstraint).
struct Domains {
    const SpreadConstraint* constraint;
    TextMap<int64_t> counts;
    int64_t self = 0, smallest = 0;

    void find_smallest() {
        if (counts.empty() || static_cast<int64_t>(counts.size()) < constraint->min_domains) return;
        smallest = std::numeric_limits<int64_t>::max();
        for (const auto& [domain, count] : counts) smallest = std::min(smallest, count);
    }
};

void count_pods(const PodInfo& pod, const Snapshot& snapshot, Domains& domains, const std::vector<const SpreadConstraint*>& all) {
    const auto& constraint = *domains.constraint;
    auto counts = [&](const NodeInfo& node) {
        // A node counts only when it has every topology key.
        return std::all_of(all.begin(), all.end(), [&](const SpreadConstraint* c) { return node.label(c->topology_key) != nullptr; }) &&
               counts_for_spread(pod, constraint, node);
    };
    for (const auto& [name, node] : snapshot.nodes)
        if (counts(node)) domains.counts.try_emplace(*node.label(constraint.topology_key), 0);
    for (const auto& [id, group] : snapshot.groups) {
        if (group.pod->ns != pod.ns || group.pod->deleting || !constraint.selects(group.pod->labels, group.pod->controller_uid)) continue;
        for (const auto& [node, count] : group.nodes)
            if (counts(*node)) domains.counts[*node->label(constraint.topology_key)] += count;
    }
}

}  // namespace

std::shared_ptr<const std::vector<SpreadConstraint>> spread_of(const PodInfo& pod, const Profile& profile) {
    if (!pod.spread.empty()) return {std::shared_ptr<void>(), &pod.spread};
    auto constraints = std::make_shared<std::vector<SpreadConstraint>>();
    if (pod.controller_uid.empty()) return constraints;
    if (profile.system_spread) {
        constraints->push_back({.topology_key = "kubernetes.io/hostname", .max_skew = 3, .required = false});
        constraints->push_back({.topology_key = "topology.kubernetes.io/zone", .max_skew = 5, .required = false});
    } else {
        *constraints = profile.default_spread;
    }
    for (auto& constraint : *constraints) constraint.controller_uid = pod.controller_uid;
    return constraints;
}

bool counts_for_spread(const PodInfo& pod, const SpreadConstraint& constraint, const NodeInfo& node) {
    if (constraint.honor_affinity && !matches_node_affinity(pod, node)) return false;
    return !constraint.honor_taints || tolerates_all(pod, node);
}

std::unique_ptr<PreparedFilter> filter_topology_spread(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile, std::optional<Refusal>&) {
    std::vector<const SpreadConstraint*> required;
    const auto constraints = spread_of(pod, profile);
    for (const auto& constraint : *constraints)
        if (constraint.required) required.push_back(&constraint);
    if (required.empty()) return nullptr;
    std::vector<Domains> all;
    for (const auto* constraint : required) {
        all.push_back({constraint, {}, constraint->selects(pod.labels, pod.controller_uid) ? 1 : 0, 0});
        count_pods(pod, snapshot, all.back(), required);
        all.back().find_smallest();
    }
    return make_filter([all = std::move(all), constraints](const NodeInfo& node) -> std::optional<Refusal> {
        for (const auto& domains : all) {
            const auto* domain = node.label(domains.constraint->topology_key);
            if (!domain) return Refusal{{"node(s) didn't match pod topology spread constraints (missing required label)"}, true};
            auto it = domains.counts.find(*domain);
            const int64_t here = it == domains.counts.end() ? 0 : it->second;
            if (here + domains.self - domains.smallest > domains.constraint->max_skew)
                return Refusal{{"node(s) didn't match pod topology spread constraints"}, false};
        }
        return std::nullopt;
    });
}

}  // namespace skiff::scheduler
