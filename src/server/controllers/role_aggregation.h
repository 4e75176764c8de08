// ClusterRole aggregation: writes the union of the selected roles' rules into roles with an aggregationRule.
#pragma once

#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_role_aggregation_controller();

}  // namespace skiff::controllers
