// Adds groups of other servers to our discovery documents. Pure; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/foreign_openapi.h"
#include "api/gvk.h"
#include "json/value.h"

namespace skiff::apiserver {

// What another server says of one of its group versions.
struct ForeignVersion {
    api::GroupVersion version;
    int group_priority = 0, version_priority = 0;
    json::Value resources;         // its APIResourceList; null while it cannot be reached
    bool current = false;          // false: shown as Stale
    std::shared_ptr<const api::ForeignOpenApi> openapi;   // null until it was asked for
};

// Into an APIGroupList. versions: of all groups, best first.
void add_foreign_groups(const std::vector<ForeignVersion>& versions, json::Value& group_list);
// Into an APIGroupDiscoveryList.
void add_foreign_discovery(const std::vector<ForeignVersion>& versions, json::Value& list);
// The APIGroup of one group; null when no version is of it.
json::Value foreign_group(const std::vector<ForeignVersion>& versions, const std::string& group);

}  // namespace skiff::apiserver
