// Preferred affinity between pods, in both directions; required affinity of others counts with weight 1 (hardPodAffinityWeight).
#include <algorithm>
#include <map>

#include "server/scheduler/filter.h"
#include "server/scheduler/score.h"

namespace skiff::scheduler {

namespace {

using Weights = std::map<std::pair<std::string, std::string>, int64_t>;

void add_terms(const std::vector<PodTerm>& terms, const PodInfo& target, const NodeInfo& node, int64_t sign, int64_t fixed, const Snapshot& snapshot,
               Weights& weights) {
    for (const auto& term : terms) {
        const auto* value = node.label(term.topology_key);
        if (value && term_selects(term, target, snapshot)) weights[{term.topology_key, *value}] += sign * (fixed ? fixed : term.weight);
    }
}

}  // namespace

std::vector<int64_t> score_inter_pod_affinity(const PodInfo& pod, const Snapshot& snapshot, const NodeList& nodes) {
    const bool ours = !pod.preferred_affinity.empty() || !pod.preferred_anti_affinity.empty();
    if (!ours && !snapshot.affinity_nodes) return {};
    Weights weights;
    for (const auto& [name, node] : snapshot.nodes) {
        if (ours)
            for (const auto& [uid, other] : node.pods) {
                add_terms(pod.preferred_affinity, *other, node, 1, 0, snapshot, weights);
                add_terms(pod.preferred_anti_affinity, *other, node, -1, 0, snapshot, weights);
            }
        for (const auto& [uid, other] : node.affinity_pods) {
            add_terms(other->affinity, pod, node, 1, 1, snapshot, weights);
            add_terms(other->preferred_affinity, pod, node, 1, 0, snapshot, weights);
            add_terms(other->preferred_anti_affinity, pod, node, -1, 0, snapshot, weights);
        }
    }
    if (weights.empty()) return {};
    std::vector<int64_t> values;
    for (const auto* node : nodes) {
        int64_t sum = 0;
        for (const auto& [domain, weight] : weights)
            if (const auto* value = node->label(domain.first); value && *value == domain.second) sum += weight;
        values.push_back(sum);
    }
    auto [low, high] = std::minmax_element(values.begin(), values.end());
    const int64_t least = *low, span = *high - *low;
    for (auto& value : values) value = span ? (value - least) * kScoreMax / span : 0;
    return values;
}

}  // namespace skiff::scheduler
