// The namespace controller: removes all content of a namespace that is being deleted, pods first, then lets it go.
#pragma once

#include <memory>

#include "api/kind.h"
#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_namespace_controller(std::shared_ptr<const api::KindRegistry> kinds = nullptr);

}  // namespace skiff::controllers
