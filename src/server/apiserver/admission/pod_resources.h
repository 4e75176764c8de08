// What a pod asks for, by Kubernetes' rule: the sum of its containers and restartable init containers, or the largest init container,
// or what the pod says for all of them, plus overhead. Pure.
#pragma once

#include <map>
#include <string>

#include "api/quantity.h"
#include "json/value.h"

namespace skiff::apiserver {

using Quantities = std::map<std::string, api::Quantity>;

enum class ResourceSide { Requests, Limits };
// Of a container, or of the pod as a whole when given its spec.
Quantities container_resources(const json::Value& container, ResourceSide side);
Quantities pod_resources(const json::Value& pod, ResourceSide side);
void add_to(Quantities& sum, const Quantities& other);
// "cpu=500m,memory=1Gi"
std::string quantities_text(const Quantities& quantities);

}  // namespace skiff::apiserver
