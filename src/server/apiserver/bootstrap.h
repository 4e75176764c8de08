// The objects that every cluster has from its first second: namespaces, priority classes, the kubernetes Service and its endpoints,
// ServiceCIDR, flow control defaults, and what authz gives. Missing ones are made; the user's changes are kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/apiserver/core.h"

namespace skiff::apiserver {

struct BootstrapOptions {
    std::string advertise_address;
    uint16_t port = 6443;
    std::vector<json::Value> more;      // RBAC
};
// Blocks for the writes: never on an io thread.
Status ensure_default_objects(Core& core, const BootstrapOptions& options);

// One of them: made when it is missing. The keeper of flow control does so too.
Status ensure_object(Core& core, const json::Value& object);

}  // namespace skiff::apiserver
