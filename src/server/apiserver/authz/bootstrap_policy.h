// The RBAC objects that a new cluster starts with: Kubernetes' default roles and bindings, and skiff's own. Pure; any thread.
#pragma once

#include <vector>

#include "json/value.h"
#include "server/apiserver/authz/policy_rule.h"

namespace skiff::apiserver {

// Complete objects (apiVersion, kind, metadata, ...), roles before bindings, ready to be created. About 130.
std::vector<json::Value> bootstrap_policy_objects();
// The rules of ClusterRole system:node, which the Node authorizer applies to what it does not decide itself.
PolicyRules bootstrap_node_rules();

}  // namespace skiff::apiserver
