// Pod GC: removes pods whose node is gone, pods that were deleted before they were bound, pods on nodes taken out of service, and the
// oldest finished ones beyond a limit.
#pragma once

#include <memory>

#include "reconcile/controller.h"
#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_pod_gc_controller(std::shared_ptr<PodsByNode> pods, std::shared_ptr<PodFactsCache> facts, int64_t terminated_max);

}  // namespace skiff::controllers
