#include <algorithm>

#include "server/scheduler/filter.h"

namespace skiff::scheduler {

bool term_matches(const NodeTerm& term, const NodeInfo& node) {
    // An empty term selects nothing (API reference, NodeSelectorTerm).
    if (term.labels.empty() && term.fields.empty()) return false;
    return std::all_of(term.labels.begin(), term.labels.end(), [&](const auto& r) { return r.matches(node.label(r.key)); }) &&
           std::all_of(term.fields.begin(), term.fields.end(), [&](const auto& r) { return r.matches(r.key == "metadata.name" ? &node.name : nullptr); });
}

bool matches_node_affinity(const PodInfo& pod, const NodeInfo& node) {
    for (const auto& requirement : pod.node_selector)
        if (!requirement.matches(node.label(requirement.key))) return false;
    if (!pod.has_required_affinity) return true;
    return std::any_of(pod.required_nodes.begin(), pod.required_nodes.end(), [&](const NodeTerm& term) { return term_matches(term, node); });
}

std::unique_ptr<PreparedFilter> filter_node_affinity(const PodInfo& pod, const Snapshot&, const Profile& profile, std::optional<Refusal>&) {
    if (pod.node_selector.empty() && !pod.has_required_affinity && !profile.has_added_affinity) return nullptr;
    return make_filter([&pod, &profile](const NodeInfo& node) -> std::optional<Refusal> {
        if (profile.has_added_affinity &&
            std::none_of(profile.added_nodes.begin(), profile.added_nodes.end(), [&](const NodeTerm& term) { return term_matches(term, node); }))
            return Refusal{{"node(s) didn't match scheduler-enforced node affinity"}, true};
        if (matches_node_affinity(pod, node)) return std::nullopt;
        return Refusal{{"node(s) didn't match Pod's node affinity/selector"}, true};
    });
}

}  // namespace skiff::scheduler
