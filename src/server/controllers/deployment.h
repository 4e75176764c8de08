// The Deployment controller: makes a ReplicaSet for each template and moves replicas from the old ones to the newest.
#pragma once

#include <memory>

#include "reconcile/controller.h"
#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_deployment_controller(std::shared_ptr<PodFactsCache> facts);

}  // namespace skiff::controllers
