// The service account controller: a ServiceAccount "default" in every active namespace.
#pragma once

#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_service_account_controller();

}  // namespace skiff::controllers
