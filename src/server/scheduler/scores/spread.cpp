// Spreading over topology domains: the pod's own ScheduleAnyway constraints, or for pods of one controller the default of Kubernetes, host
// names and zones.
#include <algorithm>
#include <map>

#include "server/scheduler/filter.h"
#include "server/scheduler/score.h"

namespace skiff::scheduler {

namespace {

// Adds to each node how many matching pods its domain has.
template <typename Match>
void count_domains(const Snapshot& snapshot, const NodeList& nodes, const std::string& key, Match match, std::vector<int64_t>& values, bool& any) {
    std::map<std::string, int64_t> counts;
    for (const auto& [name, node] : snapshot.nodes) {
        const auto* domain = node.label(key);
        if (!domain) continue;
        auto& count = counts[*domain];
        for (const auto& [uid, other] : node.pods) count += match(*other) ? 1 : 0;
    }
    for (size_t i = 0; i < nodes.size(); ++i) {
        const auto* domain = nodes[i]->label(key);
        if (!domain) continue;
        values[i] += counts[*domain];
        any = any || counts[*domain];
    }
}

}  // namespace

std::vector<int64_t> score_spread(const PodInfo& pod, const Snapshot& snapshot, const NodeList& nodes) {
    std::vector<int64_t> values(nodes.size(), 0);
    bool any = false;
    if (pod.spread.empty() && !pod.controller_uid.empty()) {
        auto sibling = [&](const PodInfo& other) { return !other.deleting && other.controller_uid == pod.controller_uid; };
        for (size_t i = 0; i < nodes.size(); ++i) {
            for (const auto& [uid, other] : nodes[i]->pods) values[i] += sibling(*other) ? 1 : 0;
            any = any || values[i];
        }
        count_domains(snapshot, nodes, "topology.kubernetes.io/zone", sibling, values, any);
    }
    for (const auto& constraint : pod.spread) {
        if (constraint.required) continue;
        count_domains(snapshot, nodes, constraint.topology_key,
                      [&](const PodInfo& other) { return other.ns == pod.ns && !other.deleting && constraint.selector.matches(other.labels); }, values, any);
    }
    if (!any) return {};
    normalise(values, true);
    return values;
}

}  // namespace skiff::scheduler
