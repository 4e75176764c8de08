// The garbage collector: deletes objects whose owners are all gone, and carries out foreground and orphaning deletion. Works on every
// resource that the API serves; new ones (CRDs) join when they are served.
#pragma once

#include <memory>

#include "api/kind.h"
#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_garbage_collector(std::shared_ptr<const api::KindRegistry> kinds = nullptr);

}  // namespace skiff::controllers
