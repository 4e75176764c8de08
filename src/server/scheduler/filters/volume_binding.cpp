#include <algorithm>

#include "server/scheduler/filter.h"

namespace skiff::scheduler {

std::unique_ptr<PreparedFilter> filter_volume_binding(const PodInfo& pod, const Snapshot& snapshot, std::optional<Refusal>& whole) {
    if (pod.claims.empty() || !snapshot.claim) return nullptr;
    std::vector<ClaimState> bound;
    for (const auto& name : pod.claims) {
        auto state = snapshot.claim(pod.ns, name);
        switch (state.kind) {
            case ClaimState::Kind::Missing: whole = Refusal{{"persistentvolumeclaim \"" + name + "\" not found"}, true}; return nullptr;
            case ClaimState::Kind::Deleting: whole = Refusal{{"persistentvolumeclaim \"" + name + "\" is being deleted"}, true}; return nullptr;
            case ClaimState::Kind::Lost: whole = Refusal{{"persistentvolumeclaim \"" + name + "\" bound to non-existent persistentvolume"}, true}; return nullptr;
            case ClaimState::Kind::UnboundImmediate: whole = Refusal{{"pod has unbound immediate PersistentVolumeClaims"}, true}; return nullptr;
            case ClaimState::Kind::WaitForFirstConsumer: break;
            case ClaimState::Kind::Bound: if (state.has_node_affinity) bound.push_back(std::move(state)); break;
        }
    }
    if (bound.empty()) return nullptr;
    return make_filter([bound = std::move(bound)](const NodeInfo& node) -> std::optional<Refusal> {
        for (const auto& volume : bound)
            if (std::none_of(volume.node_terms.begin(), volume.node_terms.end(), [&](const NodeTerm& t) { return term_matches(t, node); }))
                return Refusal{{"node(s) didn't match PersistentVolume's node affinity"}, true};
        return std::nullopt;
    });
}

}  // namespace skiff::scheduler
