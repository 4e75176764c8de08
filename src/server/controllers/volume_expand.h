// VolumeExpand: tells of a claim that asks for more than it has that its provisioner is waited for. Growing itself is the provisioner's.
#pragma once

#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_volume_expand_controller();

}  // namespace skiff::controllers
