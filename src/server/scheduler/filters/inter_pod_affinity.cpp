#include <algorithm>
#include <map>

#include "base/text_map.h"
#include "server/scheduler/filter.h"

namespace skiff::scheduler {

namespace {

using Values = TextSet;       // of a topology key

// What one cycle knows of required affinity between pods.
struct Topology {
    std::map<std::string, Values> forbidden_by_others;   // by topology key: a pod there refuses us
    std::vector<Values> affine;                       // by our affinity term: values where a matching pod is
    std::vector<Values> averse;                       // by our anti-affinity term
    bool any_affine = false;
};

void read_others(const PodInfo& pod, const Snapshot& snapshot, Topology& topology) {
    if (!snapshot.anti_affinity_groups) return;
    for (const auto& [id, group] : snapshot.groups) {
        if (!group.anti_affinity) continue;
        for (const auto& term : group.pod->anti_affinity) {
            if (!term_selects(term, pod, snapshot)) continue;
            auto& values = topology.forbidden_by_others[term.topology_key];
            for (const auto& [node, count] : group.nodes)
                if (const auto* value = node->label(term.topology_key)) values.insert(*value);
        }
    }
}

bool selects_all(const std::vector<PodTerm>& terms, const PodInfo& pod, const Snapshot& snapshot) {
    return std::all_of(terms.begin(), terms.end(), [&](const PodTerm& t) { return term_selects(t, pod, snapshot); });
}

void read_ours(const PodInfo& pod, const Snapshot& snapshot, Topology& topology) {
    topology.affine.resize(pod.affinity.size());
    topology.averse.resize(pod.anti_affinity.size());
    if (pod.affinity.empty() && pod.anti_affinity.empty()) return;
    auto note = [](const PodGroup& group, const PodTerm& term, Values& values) {
        bool any = false;
        for (const auto& [node, count] : group.nodes) {
            const auto* value = node->label(term.topology_key);
            if (!value) continue;
            values.insert(*value);
            any = true;
        }
        return any;
    };
    for (const auto& [id, group] : snapshot.groups) {
        // Affinity terms are met by pods that all of them select.
        if (!pod.affinity.empty() && selects_all(pod.affinity, *group.pod, snapshot))
            for (size_t i = 0; i < pod.affinity.size(); ++i)
                if (note(group, pod.affinity[i], topology.affine[i])) topology.any_affine = true;
        for (size_t i = 0; i < pod.anti_affinity.size(); ++i)
            if (term_selects(pod.anti_affinity[i], *group.pod, snapshot)) note(group, pod.anti_affinity[i], topology.averse[i]);
    }
}

bool affinity_holds(const PodInfo& pod, const Snapshot& snapshot, const Topology& topology, const NodeInfo& node) {
    bool all = true;
    for (size_t i = 0; i < pod.affinity.size(); ++i) {
        const auto* value = node.label(pod.affinity[i].topology_key);
        if (!value) return false;
        all = all && topology.affine[i].count(*value);
    }
    if (all) return true;
    // The first pod of a group that wants to be together.
    return !topology.any_affine && selects_all(pod.affinity, pod, snapshot);
}

}  // namespace

bool term_selects(const PodTerm& term, const PodInfo& pod, const Snapshot& snapshot) {
    bool ns = std::find(term.namespaces.begin(), term.namespaces.end(), pod.ns) != term.namespaces.end();
    if (!ns && term.namespace_selector) {
        if (term.namespace_selector->empty()) {
            ns = true;
        } else if (snapshot.namespace_labels) {
            const auto* labels = snapshot.namespace_labels(pod.ns);
            ns = labels && term.namespace_selector->matches(*labels);
        }
    }
    return ns && term.selector.matches(pod.labels);
}

std::unique_ptr<PreparedFilter> filter_inter_pod_affinity(const PodInfo& pod, const Snapshot& snapshot, const Profile&, std::optional<Refusal>&) {
    if (pod.affinity.empty() && pod.anti_affinity.empty() && !snapshot.anti_affinity_groups) return nullptr;
    Topology topology;
    read_others(pod, snapshot, topology);
    read_ours(pod, snapshot, topology);
    if (pod.affinity.empty() && pod.anti_affinity.empty() && topology.forbidden_by_others.empty()) return nullptr;
    return make_filter([&pod, &snapshot, topology = std::move(topology)](const NodeInfo& node) -> std::optional<Refusal> {
        if (!pod.affinity.empty() && !affinity_holds(pod, snapshot, topology, node)) return Refusal{{"node(s) didn't match pod affinity rules"}, true};
        for (size_t i = 0; i < pod.anti_affinity.size(); ++i)
            if (const auto* value = node.label(pod.anti_affinity[i].topology_key); value && topology.averse[i].count(*value))
                return Refusal{{"node(s) didn't match pod anti-affinity rules"}, false};
        for (const auto& [key, values] : topology.forbidden_by_others)
            if (const auto* value = node.label(key); value && values.count(*value))
                return Refusal{{"node(s) didn't satisfy existing pods anti-affinity rules"}, false};
        return std::nullopt;
    });
}

}  // namespace skiff::scheduler
