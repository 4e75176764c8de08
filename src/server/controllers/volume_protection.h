// Protection of volumes and claims in use: they are let go (their finalizer is removed) when nobody uses them any more.
#pragma once

#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_claim_protection_controller();
std::unique_ptr<reconcile::Controller> make_volume_protection_controller();
std::unique_ptr<reconcile::Controller> make_attributes_class_protection_controller();

// Whether the pod's volumes name the claim, its own ephemeral ones included. Pure.
bool pod_uses_claim(const json::Value& pod, const std::string& claim);

}  // namespace skiff::controllers
