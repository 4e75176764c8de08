// DeviceState: claims, classes and devices as events and the scheduler's own decisions change them: a device is taken from the decision on, before
// its allocation is written and seen. The scheduling thread's own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/scheduler/devices/allocator.h"

namespace skiff::scheduler {

// What a pod that was given a node still needs: its reservation, and the allocation unless there is one.
struct Reservation {
    api::ObjectPtr claim;
    json::Value allocation;                           // null: it is allocated
};

class DeviceState {
public:
    struct ClaimNews {
        bool any = false;                             // something that a pod which uses the claim waits for
        bool freed = false;                           // devices may be free now
    };
    // Also what the scheduler wrote itself, before its event comes; what is older than what is known is ignored.
    ClaimNews apply_claim(const api::ObjectPtr& before, const api::ObjectPtr& after);
    void apply_slice(const api::ObjectPtr& before, const api::ObjectPtr& after);
    void apply_class(const api::ObjectPtr& before, const api::ObjectPtr& after);

    // The pod's claims are still being made from templates.
    bool awaits_claims(const PodInfo& pod) const;
    // The pod's claims, or why it cannot be scheduled anywhere (Kubernetes' words).
    Result<std::vector<ResourceClaimPtr>> claims_of(const PodInfo& pod) const;
    // For the claims that are not allocated; null: all are. Invalid: why none of them can be now.
    Result<std::unique_ptr<Allocator>> allocator(const std::vector<ResourceClaimPtr>& claims) const;
    std::vector<DevicePool> pools(const NodeInfo& node) const { return inventory_.pools(node); }

    // For a pod that passed the filter on the node.
    Result<std::vector<Reservation>> reserve(const PodInfo& pod, const NodeInfo& node) const;
    void assume(const std::string& pod_uid, const std::vector<Reservation>& reservations);
    void take_back(const std::string& pod_uid);       // what of it was not written
    // A claim that keeps the pod from some node, and nobody else would miss its allocation. Null: none.
    api::ObjectPtr hindrance(const PodInfo& pod, const std::map<std::string, NodeInfo>& nodes) const;

private:
    struct Assumed {
        std::string pod_uid;
        std::vector<DeviceId> devices;
    };
    void count(const std::vector<DeviceId>& devices, int by);
    void settle(const std::string& claim_uid);

    Inventory inventory_;
    std::map<std::string, DeviceClass> classes_;
    std::map<std::string, ResourceClaimPtr> claims_;  // by namespace/name
    std::map<std::string, Assumed> assumed_;          // by claim uid: allocations on their way
    std::map<DeviceId, int> in_use_;
    mutable Selectors selectors_;
};

}  // namespace skiff::scheduler
