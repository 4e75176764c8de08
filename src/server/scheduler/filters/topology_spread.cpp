#include <algorithm>
#include <limits>
#include <map>

#include "server/scheduler/filter.h"

namespace skiff::scheduler {

namespace {

// Matching pods by domain of one constraint (API reference, TopologySpreadConstraint).
struct Domains {
    const SpreadConstraint* constraint;
    std::map<std::string, int64_t> counts;
    bool self_matches = false;

    int64_t smallest() const {
        if (static_cast<int64_t>(counts.size()) < constraint->min_domains) return 0;
        int64_t least = std::numeric_limits<int64_t>::max();
        for (const auto& [domain, count] : counts) least = std::min(least, count);
        return counts.empty() ? 0 : least;
    }
};

bool counts_for(const PodInfo& pod, const SpreadConstraint& constraint, const NodeInfo& node) {
    if (constraint.honor_affinity && !matches_node_affinity(pod, node)) return false;
    return !constraint.honor_taints || tolerates_all(pod, node);
}

}  // namespace

std::unique_ptr<PreparedFilter> filter_topology_spread(const PodInfo& pod, const Snapshot& snapshot, std::optional<Refusal>&) {
    std::vector<Domains> all;
    for (const auto& constraint : pod.spread)
        if (constraint.required) all.push_back({&constraint, {}, constraint.selector.matches(pod.labels)});
    if (all.empty()) return nullptr;
    for (const auto& [name, node] : snapshot.nodes) {
        // A node counts only when it has every topology key.
        if (std::any_of(all.begin(), all.end(), [&](const Domains& d) { return !node.label(d.constraint->topology_key); })) continue;
        for (auto& domains : all) {
            if (!counts_for(pod, *domains.constraint, node)) continue;
            auto& count = domains.counts[*node.label(domains.constraint->topology_key)];
            for (const auto& [uid, other] : node.pods)
                if (other->ns == pod.ns && !other->deleting && other->uid != pod.uid && domains.constraint->selector.matches(other->labels)) ++count;
        }
    }
    return make_filter([all = std::move(all)](const NodeInfo& node) -> std::optional<Refusal> {
        for (const auto& domains : all) {
            const auto* domain = node.label(domains.constraint->topology_key);
            if (!domain) return Refusal{{"node(s) didn't match pod topology spread constraints (missing required label)"}, true};
            auto it = domains.counts.find(*domain);
            const int64_t here = it == domains.counts.end() ? 0 : it->second;
            if (here + (domains.self_matches ? 1 : 0) - domains.smallest() > domains.constraint->max_skew)
                return Refusal{{"node(s) didn't match pod topology spread constraints"}, false};
        }
        return std::nullopt;
    });
}

}  // namespace skiff::scheduler
