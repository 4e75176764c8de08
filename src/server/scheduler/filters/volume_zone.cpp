#include <algorithm>

#include "server/scheduler/filter.h"

namespace skiff::scheduler {

// Volumes that say by label where they are go with nodes of that zone and region; a node that names none takes any.
std::unique_ptr<PreparedFilter> filter_volume_zone(const PodInfo& pod, const Snapshot& snapshot, const Profile&, std::optional<Refusal>&) {
    if (pod.claims.empty() || !snapshot.claim) return nullptr;
    decltype(ClaimState::zones) zones;
    for (const auto& name : pod.claims) {
        auto claim = snapshot.claim(pod.ns, name);
        zones.insert(zones.end(), claim.zones.begin(), claim.zones.end());
    }
    if (zones.empty()) return nullptr;
    return make_filter([zones = std::move(zones)](const NodeInfo& node) -> std::optional<Refusal> {
        if (std::none_of(zones.begin(), zones.end(), [&](const auto& zone) { return node.label(zone.first) != nullptr; })) return std::nullopt;
        for (const auto& [key, values] : zones) {
            const auto* value = node.label(key);
            if (!value || std::find(values.begin(), values.end(), *value) == values.end()) return Refusal{{"node(s) had no available volume zone"}, true};
        }
        return std::nullopt;
    });
}

}  // namespace skiff::scheduler
