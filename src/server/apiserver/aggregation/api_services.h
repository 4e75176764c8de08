// The APIService objects that the server keeps for the groups it serves itself. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "api/gvk.h"
#include "json/value.h"

namespace skiff::apiserver {

struct GroupPriority {
    int group = 0, version = 0;
};
// Kubernetes' table; groups of definitions have 1000 and 100.
GroupPriority priority_of(const api::GroupVersion& version, bool custom);

// "v1.apps"; "v1." for the core group.
std::string api_service_name(const api::GroupVersion& version);
// A local one; custom: of a definition's group, which goes with the definition.
json::Value local_api_service(const api::GroupVersion& version, bool custom);
bool is_automanaged(const json::Value& labels);

}  // namespace skiff::apiserver
