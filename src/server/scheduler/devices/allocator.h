// Allocator: devices for all claims of one pod on one node: the first solution of a search through requests, alternatives and devices in their
// order. Made once a cycle, asked for each node; keeps what selectors said of devices. Pure but for that; one thread.
// Source: k8s.io/dynamic-resource-allocation/structured.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "server/scheduler/devices/device_class.h"
#include "server/scheduler/devices/resource_claim.h"

namespace skiff::scheduler {

// A request that is `exactly`, or one of `firstAvailable`.
struct DeviceRequest {
    std::string request, name;                        // name: request, or request/alternative
    const json::Value* tree = nullptr;
    const DeviceClass* device_class = nullptr;
    std::vector<SelectorPtr> selectors;
    bool all = false, admin = false;
    size_t count = 0;
    std::vector<const Device*> every;                 // all: those of the node
};

struct ChosenDevice {
    const DeviceRequest* request;
    const Device* device;
};

struct ClaimSearch {
    // matchAttribute: every device of its requests has the value.
    struct Constraint {
        const json::Value* requests;
        std::string attribute;
        const json::Value* value = nullptr;
        size_t devices = 0;
    };
    std::string key;
    api::TreePtr tree;
    std::vector<std::vector<DeviceRequest>> requests;   // each with its alternatives, the best first
    std::vector<size_t> alternative;                    // that was taken, for each request
    std::vector<Constraint> constraints;
    std::vector<ChosenDevice> chosen;
};

// What is written to status.allocation.
json::Value allocation_result(const ClaimSearch& claim);   // allocation_result.cpp

class Allocator {
public:
    // The classes exist; they and what is in use outlive this.
    Allocator(const std::vector<ResourceClaimPtr>& claims, const std::function<const DeviceClass*(const std::string&)>& classes, Selectors& selectors,
              const std::map<DeviceId, int>& in_use);
    // status.allocation of each claim; none when the devices do not suffice. Invalid: a claim, class or pool is wrong; Timeout: too many
    // combinations were tried.
    Result<std::vector<json::Value>> allocate(const std::vector<DevicePool>& pools);

private:
    DeviceRequest read_request(const json::Value& tree, const std::string& request, const std::string& name,
                               const std::function<const DeviceClass*(const std::string&)>& classes, Selectors& selectors);
    Status prepare(const std::vector<DevicePool>& pools);
    Status find_all(const ClaimSearch& claim, DeviceRequest& request, const std::vector<DevicePool>& pools);
    Result<bool> selectable(const ClaimSearch& claim, const DeviceRequest& request, const Device& device);
    Result<bool> next_request(size_t claim, size_t request);
    Result<bool> next_device(size_t claim, size_t request, size_t index, size_t from);
    bool available(const DeviceRequest& request, const Device& device, bool in_use, size_t claim) const;
    bool take(size_t claim, const DeviceRequest& request, const Device& device);
    void give_back(size_t claim);

    std::vector<ClaimSearch> claims_;
    const std::map<DeviceId, int>& in_use_;
    std::map<std::pair<const DeviceRequest*, const Device*>, bool> matches_;
    // Of the node that is looked at.
    struct Candidate {
        const Device* device;
        bool in_use;
    };
    std::vector<Candidate> devices_;
    std::string invalid_pool_;
    std::map<const Device*, std::set<size_t>> taken_;   // by the claims with these indexes
    size_t steps_ = 0;
};

}  // namespace skiff::scheduler
