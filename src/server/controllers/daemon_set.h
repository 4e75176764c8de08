// The DaemonSet controller: one pod on each node that fits, replaced node by node when the template changes.
#pragma once

#include <memory>

#include "reconcile/controller.h"
#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_daemon_set_controller(std::shared_ptr<PodFactsCache> facts);

}  // namespace skiff::controllers
