// VolumeAttach: VolumeAttachments of CSI volumes for the nodes whose pods use them, and node.status.volumesAttached, which kubelets wait for.
#pragma once

#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_volume_attach_controller();

}  // namespace skiff::controllers
