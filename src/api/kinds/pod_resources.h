// What a pod asks for, by Kubernetes' rule: the sum of its containers and restartable init containers, or the largest init container,
// or what the pod says for all of them, plus overhead. Pure.
#pragma once

#include <map>
#include <string>

#include "api/quantity.h"
#include "json/value.h"

namespace skiff::api::kinds {

using Quantities = std::map<std::string, Quantity>;

enum class ResourceSide { Requests, Limits };
// Held: containers that are being resized count with the larger of what is asked for and what their status says that they have.
enum class ResourceView { Asked, Held };
// Of a container, or of the pod as a whole when given its spec.
Quantities container_resources(const json::Value& container, ResourceSide side);
Quantities pod_resources(const json::Value& pod, ResourceSide side, ResourceView view = ResourceView::Asked);
// "cpu=500m,memory=1Gi"
std::string quantities_text(const Quantities& quantities);

}  // namespace skiff::api::kinds
