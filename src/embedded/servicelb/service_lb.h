// The controller that gives Services of type LoadBalancer the addresses of the nodes.
#pragma once

#include <cstdint>
#include <memory>
#include <set>

#include "reconcile/controller.h"

namespace skiff::servicelb {

// reserved_tcp: ports of the nodes that no Service may have (API, node API).
std::unique_ptr<reconcile::Controller> make_service_lb(std::set<uint16_t> reserved_tcp);

}  // namespace skiff::servicelb
