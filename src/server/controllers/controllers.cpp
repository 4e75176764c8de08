#include "server/controllers/controllers.h"

#include "server/controllers/bootstrap_signer.h"
#include "server/controllers/cron_job.h"
#include "server/controllers/daemon_set.h"
#include "server/controllers/deployment.h"
#include "server/controllers/disruption.h"
#include "server/controllers/endpoint_mirror.h"
#include "server/controllers/endpoint_slice.h"
#include "server/controllers/endpoints.h"
#include "server/controllers/ephemeral_volume.h"
#include "server/controllers/garbage_collector.h"
#include "server/controllers/horizontal_autoscaler.h"
#include "server/controllers/job.h"
#include "server/controllers/legacy_tokens.h"
#include "server/controllers/namespace.h"
#include "server/controllers/node_ipam.h"
#include "server/controllers/node_lifecycle.h"
#include "server/controllers/node_role.h"
#include "server/controllers/node_ttl.h"
#include "server/controllers/pod_facts.h"
#include "server/controllers/pod_gc.h"
#include "server/controllers/policy_type_check.h"
#include "server/controllers/replica_set.h"
#include "server/controllers/resource_claim.h"
#include "server/controllers/resource_quota.h"
#include "server/controllers/role_aggregation.h"
#include "server/controllers/root_ca.h"
#include "server/controllers/service_account.h"
#include "server/controllers/service_cidr.h"
#include "server/controllers/stateful_set.h"
#include "server/controllers/token_cleaner.h"
#include "server/controllers/volume_attach.h"
#include "server/controllers/volume_binder.h"
#include "server/controllers/volume_expand.h"
#include "server/controllers/volume_protection.h"

namespace skiff::controllers {

void add_all(reconcile::Runtime& runtime, const Options& options) {
    auto facts = std::make_shared<PodFactsCache>();
    auto pods_by_node = std::make_shared<PodsByNode>(facts);
    runtime.add(make_namespace_controller(options.kinds));
    runtime.add(make_service_account_controller());
    runtime.add(make_root_ca_controller(options.server_ca_pem));
    runtime.add(make_node_ipam_controller(options.cluster_cidr, options.node_cidr_bits));
    runtime.add(make_deployment_controller(facts));
    runtime.add(make_replica_set_controller(facts));
    runtime.add(make_replication_controller(facts));
    runtime.add(make_daemon_set_controller(facts));
    runtime.add(make_endpoint_slice_controller(facts));
    runtime.add(make_endpoints_controller(facts));
    runtime.add(make_endpoint_mirror_controller());
    runtime.add(make_stateful_set_controller(facts));
    runtime.add(make_job_controller());
    runtime.add(make_job_ttl_controller());
    runtime.add(make_cron_job_controller());
    runtime.add(make_horizontal_autoscaler(options.kinds));
    runtime.add(make_resource_quota_controller(options.kinds));
    runtime.add(make_disruption_controller(facts));
    runtime.add(make_claim_protection_controller());
    runtime.add(make_volume_protection_controller());
    runtime.add(make_attributes_class_protection_controller());
    runtime.add(make_volume_binder());
    runtime.add(make_volume_attach_controller());
    runtime.add(make_volume_expand_controller());
    runtime.add(make_ephemeral_volume_controller());
    runtime.add(make_resource_claim_controller());
    runtime.add(make_role_aggregation_controller());
    runtime.add(make_token_cleaner());
    runtime.add(make_legacy_token_cleaner());
    if (options.sign_token) runtime.add(make_account_token_controller(options.server_ca_pem, options.sign_token));
    runtime.add(make_bootstrap_signer());
    runtime.add(make_node_ttl_controller());
    runtime.add(make_service_cidr_controller());
    if (!options.server_node.empty()) runtime.add(make_node_role_controller(options.server_node));
    if (options.kinds) runtime.add(make_policy_type_check_controller(options.kinds));
    runtime.add(make_csr_approver());
    runtime.add(make_csr_signer(options.signers));
    runtime.add(make_csr_cleaner());
    runtime.add(make_garbage_collector(options.kinds));
    runtime.add(make_node_lifecycle_controller(pods_by_node, options.node_grace_s));
    runtime.add(make_taint_eviction_controller(pods_by_node));
    runtime.add(make_pod_gc_controller(pods_by_node, facts, options.terminated_pods_max));
}

}  // namespace skiff::controllers
