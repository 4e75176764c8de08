// Preferred affinity between pods, in both directions; required affinity of others counts with the profile's hardPodAffinityWeight.
#include <algorithm>
#include <map>

#include "base/text_map.h"
#include "server/scheduler/filter.h"
#include "server/scheduler/score.h"

namespace skiff::scheduler {

namespace {

using Weights = std::map<std::string, TextMap<int64_t>>;   // by topology key and value
using Asked = std::vector<std::pair<const std::string*, int64_t>>;                 // topology key, weight for one pod of a group

void ask(const std::vector<PodTerm>& terms, const PodInfo& target, int64_t sign, int64_t fixed, const Snapshot& snapshot, Asked& asked) {
    for (const auto& term : terms)
        if (term_selects(term, target, snapshot)) asked.emplace_back(&term.topology_key, sign * (fixed ? fixed : term.weight));
}

}  // namespace

std::vector<int64_t> score_inter_pod_affinity(const PodInfo& pod, const Snapshot& snapshot, const NodeList& nodes, const Profile& profile) {
    const bool ours = !pod.preferred_affinity.empty() || !pod.preferred_anti_affinity.empty();
    if (!ours && !snapshot.affinity_groups) return {};
    if (!ours && profile.ignore_preferences_of_others) return {};
    auto terms_of = [&](const PodInfo& other) {
        Asked asked;
        ask(pod.preferred_affinity, other, 1, 0, snapshot, asked);
        ask(pod.preferred_anti_affinity, other, -1, 0, snapshot, asked);
        if (profile.hard_affinity_weight > 0) ask(other.affinity, pod, 1, profile.hard_affinity_weight, snapshot, asked);
        if (profile.ignore_preferences_of_others) return asked;
        ask(other.preferred_affinity, pod, 1, 0, snapshot, asked);
        ask(other.preferred_anti_affinity, pod, -1, 0, snapshot, asked);
        return asked;
    };
    Weights weights;
    for (const auto& [id, group] : snapshot.groups) {
        if (!ours && !group.affinity) continue;
        for (const auto& [key, weight] : terms_of(*group.pod))
            for (const auto& [node, count] : group.nodes)
                if (const auto* value = node->label(*key)) weights[*key][*value] += weight * count;
    }
    if (weights.empty()) return {};
    std::vector<int64_t> values;
    for (const auto* node : nodes) {
        int64_t sum = 0;
        for (const auto& [key, by_value] : weights) {
            const auto* value = node->label(key);
            auto found = value ? by_value.find(*value) : by_value.end();
            if (found != by_value.end()) sum += found->second;
        }
        values.push_back(sum);
    }
    auto [low, high] = std::minmax_element(values.begin(), values.end());
    const int64_t least = *low, span = *high - *low;
    for (auto& value : values) value = span ? (value - least) * kScoreMax / span : 0;
    return values;
}

}  // namespace skiff::scheduler
