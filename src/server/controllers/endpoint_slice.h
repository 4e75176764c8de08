// The EndpointSlice controller: the endpoints of each Service with a selector, for proxies and DNS.
#pragma once

#include <memory>

#include "reconcile/controller.h"
#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_endpoint_slice_controller(std::shared_ptr<PodFactsCache> facts);

}  // namespace skiff::controllers
