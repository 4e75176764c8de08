// The HorizontalPodAutoscaler controller: every 15 seconds, what the metrics ask for, held within bounds and policies, is written to the
// target's scale.
#pragma once

#include <memory>

#include "api/kind.h"
#include "reconcile/controller.h"

namespace skiff::controllers {

// kinds: to find the resource of a target's kind; null: discovery is asked.
std::unique_ptr<reconcile::Controller> make_horizontal_autoscaler(std::shared_ptr<const api::KindRegistry> kinds);

}  // namespace skiff::controllers
