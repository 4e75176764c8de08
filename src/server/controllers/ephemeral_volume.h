// The ephemeral volume controller: makes the claims that pods ask for in volumes[].ephemeral; the pod owns them.
#pragma once

#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_ephemeral_volume_controller();

}  // namespace skiff::controllers
