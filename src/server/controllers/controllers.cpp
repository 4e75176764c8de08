#include "server/controllers/controllers.h"

#include "server/controllers/daemon_set.h"
#include "server/controllers/deployment.h"
#include "server/controllers/endpoint_slice.h"
#include "server/controllers/endpoints.h"
#include "server/controllers/garbage_collector.h"
#include "server/controllers/namespace.h"
#include "server/controllers/node_ipam.h"
#include "server/controllers/node_lifecycle.h"
#include "server/controllers/pod_facts.h"
#include "server/controllers/pod_gc.h"
#include "server/controllers/replica_set.h"
#include "server/controllers/root_ca.h"
#include "server/controllers/service_account.h"

namespace skiff::controllers {

std::vector<std::unique_ptr<reconcile::Controller>> make_controllers(const ControllerOptions& options) {
    auto facts = std::make_shared<PodFactsCache>();
    auto pods_by_node = std::make_shared<PodsByNode>(facts);
    std::vector<std::unique_ptr<reconcile::Controller>> all;
    all.push_back(make_namespace_controller());
    all.push_back(make_service_account_controller());
    all.push_back(make_root_ca_controller(options.root_ca_pem));
    all.push_back(make_node_ipam_controller(options.cluster_cidr, options.node_cidr_bits));
    all.push_back(make_deployment_controller(facts));
    all.push_back(make_replica_set_controller(facts));
    all.push_back(make_replication_controller(facts));
    all.push_back(make_daemon_set_controller(facts));
    all.push_back(make_endpoint_slice_controller(facts));
    all.push_back(make_endpoints_controller(facts));
    all.push_back(make_garbage_collector());
    all.push_back(make_node_lifecycle_controller(pods_by_node, options.node_grace_s));
    all.push_back(make_taint_eviction_controller(pods_by_node));
    all.push_back(make_pod_gc_controller(pods_by_node, facts, options.terminated_pods_max));
    return all;
}

}  // namespace skiff::controllers
