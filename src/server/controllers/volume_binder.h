// The volume binder: brings PersistentVolumeClaims and PersistentVolumes together, one to one, and keeps their phases.
#pragma once

#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_volume_binder();

}  // namespace skiff::controllers
