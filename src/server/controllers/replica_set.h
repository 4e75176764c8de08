// The ReplicaSet controller, and the ReplicationController's, which differs in names and selector only: keeps spec.replicas pods that match.
#pragma once

#include <memory>

#include "reconcile/controller.h"
#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_replica_set_controller(std::shared_ptr<PodFactsCache> facts);
std::unique_ptr<reconcile::Controller> make_replication_controller(std::shared_ptr<PodFactsCache> facts);

// The status that pods give (the set's own active ones). Pure.
struct ReplicaCounts {
    int64_t replicas = 0, fully_labeled = 0, ready = 0, available = 0;
};
ReplicaCounts count_replicas(const std::vector<PodRef>& active, const json::Value& template_labels, int64_t min_ready_s, WallTime now);

}  // namespace skiff::controllers
