// The node lifecycle controller: a node whose lease is not renewed becomes Unknown, its conditions become taints, its pods not ready.
// Beside it the taint eviction controller, which removes pods that do not tolerate a NoExecute taint (any longer).
#pragma once

#include <memory>

#include "reconcile/controller.h"
#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_node_lifecycle_controller(std::shared_ptr<PodsByNode> pods, int64_t grace_s);
std::unique_ptr<reconcile::Controller> make_taint_eviction_controller(std::shared_ptr<PodsByNode> pods);

}  // namespace skiff::controllers
