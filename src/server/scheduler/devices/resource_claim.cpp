#include "server/scheduler/devices/resource_claim.h"

#include <algorithm>

namespace skiff::scheduler {

bool ResourceClaimInfo::reserved_for(const std::string& pod_uid) const {
    const auto tree = object->tree();
    const auto& users = (*tree)["status"]["reservedFor"].items();
    return std::any_of(users.begin(), users.end(), [&](const json::Value& user) { return user["uid"].as_string() == pod_uid; });
}

bool ResourceClaimInfo::free_for(const std::string& pod_uid) const {
    const auto tree = object->tree();
    const auto& users = (*tree)["status"]["reservedFor"];
    return users.size() == 0 || (users.size() == 1 && users[0]["uid"].as_string() == pod_uid);
}

ResourceClaimPtr read_resource_claim(const api::ObjectPtr& object) {
    auto claim = std::make_shared<ResourceClaimInfo>();
    claim->object = object;
    const auto tree = object->tree();
    const auto& allocation = (*tree)["status"]["allocation"];
    claim->allocated = allocation.is_object();
    claim->has_selector = allocation["nodeSelector"].is_object();
    claim->nodes = node_terms(allocation["nodeSelector"]);
    claim->devices = devices_of(allocation);
    return claim;
}

std::vector<DeviceId> devices_of(const json::Value& allocation) {
    std::vector<DeviceId> devices;
    for (const auto& result : allocation["devices"]["results"].items())
        if (!result["adminAccess"].as_bool()) devices.push_back({result["driver"].as_string(), result["pool"].as_string(), result["device"].as_string()});
    return devices;
}

}  // namespace skiff::scheduler
