#include <algorithm>
#include <set>

#include "server/scheduler/filter.h"

namespace skiff::scheduler {

namespace {

constexpr const char* kNodeConflict = "node(s) didn't match PersistentVolume's node affinity";
constexpr const char* kBindConflict = "node(s) didn't find available persistent volumes to bind";

bool any_matches(const std::vector<NodeTerm>& terms, const NodeInfo& node) {
    return std::any_of(terms.begin(), terms.end(), [&](const NodeTerm& t) { return term_matches(t, node); });
}

// A volume that is there already, or one that can be made, for each claim; two claims never get one volume.
bool can_bind(const std::vector<ClaimState>& waiting, const NodeInfo& node) {
    std::set<std::string> taken;
    for (const auto& claim : waiting) {
        auto found = std::find_if(claim.candidates.begin(), claim.candidates.end(), [&](const ClaimState::Candidate& c) {
            return !taken.count(c.volume) && (!c.has_node_affinity || any_matches(c.node_terms, node));
        });
        if (found != claim.candidates.end()) {
            taken.insert(found->volume);
            continue;
        }
        if (!claim.provisioned || (!claim.allowed_topologies.empty() && !any_matches(claim.allowed_topologies, node))) return false;
    }
    return true;
}

}  // namespace

std::unique_ptr<PreparedFilter> filter_volume_binding(const PodInfo& pod, const Snapshot& snapshot, const Profile&, std::optional<Refusal>& whole) {
    if (pod.claims.empty() || !snapshot.claim) return nullptr;
    std::vector<ClaimState> bound, waiting;
    bool immediate = false;
    auto refuse = [&](std::string why) {
        whole = Refusal{{std::move(why)}, true};
        return nullptr;
    };
    for (const auto& name : pod.claims) {
        auto state = snapshot.claim(pod.ns, name);
        switch (state.kind) {
            case ClaimState::Kind::Missing:
                if (pod.ephemeral_claims.count(name)) return refuse("waiting for ephemeral volume controller to create the persistentvolumeclaim \"" + name + "\"");
                return refuse("persistentvolumeclaim \"" + name + "\" not found");
            case ClaimState::Kind::Deleting: return refuse("persistentvolumeclaim \"" + name + "\" is being deleted");
            case ClaimState::Kind::Lost: return refuse("persistentvolumeclaim \"" + name + "\" bound to non-existent persistentvolume \"" + state.volume + "\"");
            case ClaimState::Kind::UnboundImmediate: immediate = true; break;
            case ClaimState::Kind::WaitForFirstConsumer: waiting.push_back(std::move(state)); break;
            case ClaimState::Kind::Bound: if (state.has_node_affinity) bound.push_back(std::move(state)); break;
        }
    }
    if (immediate) return refuse("pod has unbound immediate PersistentVolumeClaims");
    if (bound.empty() && waiting.empty()) return nullptr;
    return make_filter([bound = std::move(bound), waiting = std::move(waiting)](const NodeInfo& node) -> std::optional<Refusal> {
        Refusal refusal{{}, true};
        if (!std::all_of(bound.begin(), bound.end(), [&](const ClaimState& c) { return any_matches(c.node_terms, node); })) refusal.reasons.emplace_back(kNodeConflict);
        if (!can_bind(waiting, node)) refusal.reasons.emplace_back(kBindConflict);
        if (refusal.reasons.empty()) return std::nullopt;
        return refusal;
    });
}

// A claim with access mode ReadWriteOncePod is used by one pod of the cluster at a time.
std::unique_ptr<PreparedFilter> filter_volume_restrictions(const PodInfo& pod, const Snapshot& snapshot, const Profile&, std::optional<Refusal>&) {
    if (pod.claims.empty() || !snapshot.claim) return nullptr;
    std::set<std::string> exclusive;
    for (const auto& name : pod.claims)
        if (snapshot.claim(pod.ns, name).one_pod) exclusive.insert(name);
    if (exclusive.empty()) return nullptr;
    auto users = [exclusive, ns = pod.ns](const NodeInfo& node) {
        return std::any_of(node.pods.begin(), node.pods.end(), [&](const auto& entry) {
            return entry.second->ns == ns && std::any_of(entry.second->claims.begin(), entry.second->claims.end(), [&](const std::string& c) { return exclusive.count(c) > 0; });
        });
    };
    bool in_use = std::any_of(snapshot.nodes.begin(), snapshot.nodes.end(), [&](const auto& entry) { return users(entry.second); });
    if (!in_use) return nullptr;
    // On the node that has the user, taking that pod away would help; elsewhere nothing does.
    return make_filter([users](const NodeInfo& node) -> std::optional<Refusal> {
        return Refusal{{"node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"}, !users(node)};
    });
}

}  // namespace skiff::scheduler
