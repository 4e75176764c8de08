#include "server/scheduler/devices/inventory.h"

#include <algorithm>

#include "server/scheduler/filter.h"

namespace skiff::scheduler {

namespace {

bool reaches(const DeviceSlice& slice, const NodeInfo& node) {
    return slice.all_nodes || slice.node == node.name ||
           std::any_of(slice.nodes.begin(), slice.nodes.end(), [&](const NodeTerm& term) { return term_matches(term, node); });
}

std::string duplicate(const DevicePool& pool) {
    std::set<std::string> seen;
    for (const auto& slice : pool.slices)
        for (const auto& device : slice->devices)
            if (!seen.insert(device.id.device).second) return "duplicate device name " + device.id.device;
    return "";
}

}  // namespace

SlicePtr read_slice(const api::Object& object) {
    auto slice = std::make_shared<DeviceSlice>();
    slice->tree = object.tree();
    slice->name = object.meta().name;
    const auto& spec = (*slice->tree)["spec"];
    slice->driver = spec["driver"].as_string();
    slice->pool = spec["pool"]["name"].as_string();
    slice->generation = spec["pool"]["generation"].as_int();
    slice->slices_of_pool = spec["pool"]["resourceSliceCount"].as_int();
    slice->node = spec["nodeName"].as_string();
    slice->all_nodes = spec["allNodes"].as_bool();
    slice->nodes = node_terms(spec["nodeSelector"]);
    for (const auto& device : spec["devices"].items())
        slice->devices.push_back({{slice->driver, slice->pool, device["name"].as_string()}, &device, slice.get()});
    return slice;
}

void Inventory::put(SlicePtr slice) {
    remove(slice->name);
    by_node_[slice->node].insert(slice->name);
    slices_[slice->name] = std::move(slice);
}

void Inventory::remove(const std::string& slice) {
    auto it = slices_.find(slice);
    if (it == slices_.end()) return;
    auto& names = by_node_[it->second->node];
    names.erase(slice);
    if (names.empty()) by_node_.erase(it->second->node);
    slices_.erase(it);
}

std::vector<DevicePool> Inventory::pools(const NodeInfo& node) const {
    std::map<std::pair<std::string, std::string>, DevicePool> pools;
    for (const auto& key : {node.name, std::string()}) {
        auto names = by_node_.find(key);
        if (names == by_node_.end()) continue;
        for (const auto& name : names->second) {
            const auto& slice = slices_.at(name);
            if (!reaches(*slice, node)) continue;
            auto& pool = pools[{slice->driver, slice->pool}];
            if (!pool.slices.empty() && slice->generation < pool.slices[0]->generation) continue;
            if (!pool.slices.empty() && slice->generation > pool.slices[0]->generation) pool.slices.clear();
            pool.slices.push_back(slice);
        }
    }
    std::vector<DevicePool> out;
    for (auto& [id, pool] : pools) {
        std::tie(pool.driver, pool.name) = id;
        pool.incomplete = static_cast<int64_t>(pool.slices.size()) != pool.slices[0]->slices_of_pool;
        pool.invalid = duplicate(pool);
        out.push_back(std::move(pool));
    }
    return out;
}

}  // namespace skiff::scheduler
