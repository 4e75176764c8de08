// The function of each verb; verbs.cpp has the table. A verb's file defines one or a few of them.
#pragma once

#include "cli/kubectl/verb.h"

namespace skiff::cli::kubectl {

Status global_options(Call& call);
Status get(Call& call);
Status apply(Call& call);
Status create_files(Call& call);
Status replace(Call& call);
Status remove(Call& call);
Status logs(Call& call);
Status exec(Call& call);
Status attach(Call& call);
Status describe(Call& call);
Status scale(Call& call);
Status autoscale(Call& call);
Status label(Call& call);
Status annotate(Call& call);
Status patch(Call& call);
Status taint(Call& call);
Status cordon(Call& call);
Status uncordon(Call& call);
Status drain(Call& call);
Status wait(Call& call);
Status rollout_status(Call& call);
Status rollout_restart(Call& call);
Status rollout_pause(Call& call);
Status rollout_resume(Call& call);
Status rollout_history(Call& call);
Status rollout_undo(Call& call);
Status cluster_info(Call& call);
Status version(Call& call);
Status api_versions(Call& call);
Status api_resources(Call& call);
Status events(Call& call);
Status create_deployment(Call& call);
Status create_job(Call& call);
Status create_cron_job(Call& call);
Status create_namespace(Call& call);
Status create_quota(Call& call);
Status create_priority_class(Call& call);
Status create_disruption_budget(Call& call);
Status create_config_map(Call& call);
Status create_secret_generic(Call& call);
Status create_secret_tls(Call& call);
Status create_secret_registry(Call& call);
Status create_service_account(Call& call);
Status create_role(Call& call);
Status create_cluster_role(Call& call);
Status create_role_binding(Call& call);
Status create_cluster_role_binding(Call& call);
Status create_token(Call& call);
Status create_service_cluster_ip(Call& call);
Status create_service_node_port(Call& call);
Status create_service_load_balancer(Call& call);
Status create_service_external_name(Call& call);
Status create_ingress(Call& call);
Status expose(Call& call);
Status run(Call& call);
Status set_image(Call& call);
Status set_env(Call& call);
Status explain(Call& call);
Status can_i(Call& call);
Status who_am_i(Call& call);
Status top_pods(Call& call);
Status top_nodes(Call& call);
Status config_view(Call& call);
Status config_current_context(Call& call);
Status config_get_contexts(Call& call);
Status config_use_context(Call& call);
Status config_set_context(Call& call);
Status port_forward(Call& call);
Status copy(Call& call);
Status edit(Call& call);

}  // namespace skiff::cli::kubectl
