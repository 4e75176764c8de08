// The columns of `kubectl get` for the kinds that have more than Name and Created At. One function a kind; its file puts it into its
// KindInfo.
#pragma once

#include <vector>

#include "api/kind.h"

namespace skiff::api::kinds {

// columns_pod.cpp
std::vector<Column> pod_columns();
std::vector<Column> pod_template_columns();
// columns_workload.cpp
std::vector<Column> replication_controller_columns();
std::vector<Column> replica_set_columns();
std::vector<Column> deployment_columns();
std::vector<Column> stateful_set_columns();
std::vector<Column> daemon_set_columns();
std::vector<Column> controller_revision_columns();
// columns_job.cpp
std::vector<Column> job_columns();
std::vector<Column> cron_job_columns();
// columns_service.cpp
std::vector<Column> service_columns();
std::vector<Column> endpoints_columns();
std::vector<Column> endpoint_slice_columns();
std::vector<Column> ip_address_columns();
std::vector<Column> service_cidr_columns();
// columns_node.cpp
std::vector<Column> node_columns();
// columns_cluster.cpp
std::vector<Column> namespace_columns();
std::vector<Column> lease_columns();
std::vector<Column> runtime_class_columns();
std::vector<Column> priority_class_columns();
std::vector<Column> certificate_signing_request_columns();
std::vector<Column> api_service_columns();
std::vector<Column> component_status_columns();
// columns_config.cpp
std::vector<Column> config_map_columns();
std::vector<Column> secret_columns();
std::vector<Column> service_account_columns();
std::vector<Column> resource_quota_columns();
// columns_event.cpp
std::vector<Column> event_columns();
std::vector<Column> events_event_columns();
// columns_storage.cpp
std::vector<Column> persistent_volume_columns();
std::vector<Column> persistent_volume_claim_columns();
std::vector<Column> storage_class_columns();
std::vector<Column> csi_driver_columns();
std::vector<Column> csi_node_columns();
std::vector<Column> volume_attachment_columns();
std::vector<Column> volume_attributes_class_columns();
// columns_network.cpp
std::vector<Column> ingress_columns();
std::vector<Column> ingress_class_columns();
std::vector<Column> network_policy_columns();
// columns_policy.cpp
std::vector<Column> pod_disruption_budget_columns();
std::vector<Column> horizontal_pod_autoscaler_columns();
// columns_rbac.cpp
std::vector<Column> role_binding_columns();
std::vector<Column> cluster_role_binding_columns();
// columns_admission.cpp
std::vector<Column> mutating_webhook_configuration_columns();
std::vector<Column> validating_webhook_configuration_columns();
std::vector<Column> validating_admission_policy_columns();
std::vector<Column> mutating_admission_policy_columns();
std::vector<Column> validating_admission_policy_binding_columns();
// columns_flow_control.cpp
std::vector<Column> flow_schema_columns();
std::vector<Column> priority_level_configuration_columns();
// columns_device.cpp
std::vector<Column> device_class_columns();
std::vector<Column> resource_claim_columns();
std::vector<Column> resource_claim_template_columns();
std::vector<Column> resource_slice_columns();

}  // namespace skiff::api::kinds
