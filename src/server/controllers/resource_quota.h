// The resource quota controller: keeps status.used of ResourceQuotas right as objects come and go.
#pragma once

#include <memory>

#include "api/kind.h"
#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_resource_quota_controller(std::shared_ptr<const api::KindRegistry> kinds = nullptr);

}  // namespace skiff::controllers
