// The resource claim controller: makes ResourceClaims of templates for pods, and takes them back: who will not run any more leaves
// status.reservedFor, a claim that nobody uses loses its devices, and one that was made for a pod goes with it.
// Source: Kubernetes' pkg/controller/resourceclaim.
#pragma once

#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_resource_claim_controller();

}  // namespace skiff::controllers
