// ResourceClaimInfo: what scheduling needs of a ResourceClaim, read from its tree once. Immutable, shared.
#pragma once

#include <memory>
#include <vector>

#include "server/scheduler/devices/inventory.h"

namespace skiff::scheduler {

struct ResourceClaimInfo {
    api::ObjectPtr object;
    bool allocated = false;
    bool has_selector = false;                        // its devices are not everywhere
    std::vector<NodeTerm> nodes;
    std::vector<DeviceId> devices;                    // nobody else's, that is without administrators' access

    const api::Meta& meta() const { return object->meta(); }
    bool reserved_for(const std::string& pod_uid) const;
    // Nobody uses it, or only this pod.
    bool free_for(const std::string& pod_uid) const;
};
using ResourceClaimPtr = std::shared_ptr<const ResourceClaimInfo>;

ResourceClaimPtr read_resource_claim(const api::ObjectPtr& object);
// Those of an allocation that nobody else may have.
std::vector<DeviceId> devices_of(const json::Value& allocation);

}  // namespace skiff::scheduler
