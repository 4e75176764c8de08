// The TTL controller: tells kubelets by an annotation how long they may believe a cached Secret or ConfigMap, by the size of the cluster.
#pragma once

#include <cstddef>
#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_node_ttl_controller();

// The step for so many nodes, from the present step: sizes overlap, so that a node that comes and goes changes nothing. Pure.
struct TtlStep {
    size_t index = 0;
    int seconds = 0;
};
TtlStep node_ttl_step(size_t nodes, size_t present);

}  // namespace skiff::controllers
