// What the objects of a namespace cost in the names of a ResourceQuota. Pure.
#pragma once

#include <map>
#include <string>

#include "api/gvk.h"
#include "api/quantity.h"
#include "json/value.h"

namespace skiff::controllers {

using Quantities = std::map<std::string, api::Quantity>;

// Adds the object's cost in each of the names it counts under.
void add_usage(Quantities& usage, const api::Gvr& gvr, const json::Value& object);
// The resource that a name of spec.hard counts: "pods" for requests.cpu, "deployments.apps" for count/deployments.apps.
std::string quota_resource(const std::string& hard_name);
// The sum of requests or limits of a pod: containers and restartable init containers, or the largest init container, plus overhead.
Quantities pod_sum(const json::Value& pod_spec, const char* side);

}  // namespace skiff::controllers
