// DynamicResources: the pod's ResourceClaims are there, those that are allocated reach the node, and the rest find their devices on it.
#include <algorithm>

#include "server/scheduler/devices/device_state.h"
#include "server/scheduler/filter.h"

namespace skiff::scheduler {

std::unique_ptr<PreparedFilter> filter_dynamic_resources(const PodInfo& pod, const Snapshot& snapshot, const Profile&, std::optional<Refusal>& whole) {
    if (pod.resource_claims.empty() || !snapshot.devices) return nullptr;
    const auto& devices = *snapshot.devices;
    auto claims = devices.claims_of(pod);
    auto made = claims.ok() ? devices.allocator(*claims) : claims.status();
    if (!made.ok()) {
        whole = Refusal{{made.status().message()}, true};
        return nullptr;
    }
    std::shared_ptr<Allocator> allocator = std::move(*made);
    std::erase_if(*claims, [](const ResourceClaimPtr& claim) { return !claim->has_selector; });
    return make_filter([&devices, allocator, placed = std::move(*claims)](const NodeInfo& node) -> std::optional<Refusal> {
        if (allocator) {
            auto found = allocator->allocate(devices.pools(node));
            if (!found.ok() && found.status().reason() != Reason::Timeout)
                return Refusal{{}, true, "running \"DynamicResources\" filter plugin: " + found.status().message()};
            if (!found.ok()) return Refusal{{found.status().message()}, true};
            if (found->empty()) return Refusal{{"cannot allocate all claims"}, true};
        }
        for (const auto& claim : placed)
            if (std::none_of(claim->nodes.begin(), claim->nodes.end(), [&](const NodeTerm& term) { return term_matches(term, node); }))
                return Refusal{{kClaimElsewhere}, true};
        return std::nullopt;
    });
}

}  // namespace skiff::scheduler
