// The Endpoints controller: the older form of a Service's endpoints, one object of the Service's name.
#pragma once

#include <memory>

#include "reconcile/controller.h"
#include "server/controllers/service_endpoints.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_endpoints_controller(std::shared_ptr<PodFactsCache> facts);

// subsets: addresses and notReadyAddresses by equal ports, all in a stable order. Pure.
json::Value endpoint_subsets(const ServiceFacts& service, const std::vector<PodEndpoint>& endpoints);

}  // namespace skiff::controllers
