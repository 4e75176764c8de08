// Inventory: the devices that drivers offer in ResourceSlices, and the pools that one node reaches. One thread at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/scheduler/node_info.h"

namespace skiff::scheduler {

struct DeviceId {
    std::string driver, pool, device;
    auto operator<=>(const DeviceId&) const = default;
    std::string text() const { return driver + "/" + pool + "/" + device; }
};

struct DeviceSlice;

struct Device {
    DeviceId id;
    const json::Value* tree = nullptr;                // in its slice
    const DeviceSlice* slice = nullptr;
};

// Immutable.
struct DeviceSlice {
    api::TreePtr tree;
    std::string name, node;                           // node: "" when it is not of one node
    std::string driver, pool;
    int64_t generation = 0, slices_of_pool = 0;
    bool all_nodes = false;
    std::vector<NodeTerm> nodes;                      // of its node selector
    std::vector<Device> devices;
};
using SlicePtr = std::shared_ptr<const DeviceSlice>;

SlicePtr read_slice(const api::Object& object);

// The slices of the newest generation that the node reaches.
struct DevicePool {
    std::string driver, name;
    std::vector<SlicePtr> slices;
    bool incomplete = false;
    std::string invalid;                              // why; "" when it is not
};

class Inventory {
public:
    void put(SlicePtr slice);
    void remove(const std::string& slice);
    std::vector<DevicePool> pools(const NodeInfo& node) const;

private:
    std::map<std::string, SlicePtr> slices_;
    std::map<std::string, std::set<std::string>> by_node_;   // "": those that several nodes reach
};

}  // namespace skiff::scheduler
