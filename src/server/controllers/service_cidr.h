// ServiceCIDRs: each is ready, and held by a finalizer until no Service has an address that only it covers (KEP-1880). Services take their
// addresses from those that are ready.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_service_cidr_controller();

// Whether one of the addresses lies in one of these ranges ("203.0.113.0/24") and in none of the others. Pure.
bool would_orphan(const std::vector<std::string>& ranges, const std::vector<std::string>& others, const std::vector<std::string>& addresses);

}  // namespace skiff::controllers
