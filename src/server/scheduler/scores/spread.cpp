// Spreading over topology domains: the ScheduleAnyway constraints of the pod or of its profile. A domain counts the more, the more domains there are
// (podtopologyspread/scoring.go tells the rule).
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/text_map.h"
#include "server/scheduler/filter.h"
#include "server/scheduler/score.h"

namespace skiff::scheduler {

namespace {

constexpr std::string_view kHostname = "kubernetes.io/hostname";

using Constraints = std::vector<const SpreadConstraint*>;

bool has_all(const NodeInfo& node, const Constraints& constraints) {
    return std::all_of(constraints.begin(), constraints.end(), [&](const SpreadConstraint* c) { return node.label(c->topology_key) != nullptr; });
}

// Adds to each node what one constraint says of its domain.
void add_constraint(const PodInfo& pod, const Snapshot& snapshot, const NodeList& nodes, const SpreadConstraint& constraint, const std::vector<bool>& ignored,
                    std::vector<double>& sums) {
    std::vector<const PodGroup*> selected;
    for (const auto& [id, group] : snapshot.groups)
        if (group.pod->ns == pod.ns && !group.pod->deleting && constraint.selects(group.pod->labels, group.pod->controller_uid)) selected.push_back(&group);
    const bool by_host = constraint.topology_key == kHostname;
    TextViewMap<int64_t> counts;
    std::unordered_map<const NodeInfo*, int64_t> on_host;
    size_t domains = 0;
    for (size_t i = 0; i < nodes.size(); ++i) {
        if (ignored[i]) continue;
        const auto* domain = nodes[i]->label(constraint.topology_key);
        if (domain && !by_host) counts.try_emplace(*domain, 0);
        if (by_host) ++domains;
    }
    if (!by_host) domains = counts.size();
    for (const auto* group : selected) {
        for (const auto& [node, count] : group->nodes) {
            if (by_host) {
                on_host[node] += count;
                continue;
            }
            const auto* domain = node->label(constraint.topology_key);
            auto counted = domain ? counts.find(*domain) : counts.end();
            if (counted != counts.end() && counts_for_spread(pod, constraint, *node)) counted->second += count;
        }
    }
    auto count_on = [&](const NodeInfo* node) {
        auto it = on_host.find(node);
        return it == on_host.end() ? 0 : it->second;
    };
    const double weight = std::log(static_cast<double>(domains + 2));
    for (size_t i = 0; i < nodes.size(); ++i) {
        const auto* domain = nodes[i]->label(constraint.topology_key);
        if (ignored[i] || !domain) continue;
        const int64_t count = by_host ? count_on(nodes[i]) : counts[*domain];
        sums[i] += static_cast<double>(count) * weight + static_cast<double>(constraint.max_skew - 1);
    }
}

}  // namespace

std::vector<int64_t> score_spread(const PodInfo& pod, const Snapshot& snapshot, const NodeList& nodes, const Profile& profile) {
    Constraints soft;
    const auto constraints = spread_of(pod, profile);
    for (const auto& constraint : *constraints)
        if (!constraint.required) soft.push_back(&constraint);
    if (soft.empty()) return {};
    // Kubernetes' own default asks for no label: nodes without a zone take part.
    const bool all_needed = !pod.spread.empty() || !profile.system_spread;
    std::vector<bool> ignored(nodes.size());
    for (size_t i = 0; i < nodes.size(); ++i) ignored[i] = all_needed && !has_all(*nodes[i], soft);
    std::vector<double> sums(nodes.size(), 0);
    for (const auto* constraint : soft) add_constraint(pod, snapshot, nodes, *constraint, ignored, sums);
    std::vector<int64_t> values(nodes.size(), 0);
    int64_t least = INT64_MAX, most = 0;
    for (size_t i = 0; i < nodes.size(); ++i) {
        if (ignored[i]) continue;
        values[i] = static_cast<int64_t>(std::lround(sums[i]));
        least = std::min(least, values[i]);
        most = std::max(most, values[i]);
    }
    for (size_t i = 0; i < nodes.size(); ++i) {
        if (ignored[i]) continue;
        values[i] = most ? kScoreMax * (most + least - values[i]) / most : kScoreMax;
    }
    return values;
}

}  // namespace skiff::scheduler
