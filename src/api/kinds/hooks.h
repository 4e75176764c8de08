// The hooks of the kinds that have any: defaults that depend on other fields, what create and update prepare, validation, warnings.
// prepare_create runs when name and uid are set. One function a kind, named after it; the kind's file puts it into its KindInfo. All
// hooks are pure.
#pragma once

#include "api/kind.h"

namespace skiff::api::kinds {

// For kinds that check on update what they check on create.
inline auto also_on_update(void (*validate)(const json::Value&, FieldErrors&)) {
    return [validate](const json::Value& object, const json::Value&, FieldErrors& errors) { validate(object, errors); };
}

// For kinds of which Kubernetes checks an update as a new object and then once more among the rules of updates: clients see each cause twice.
inline auto twice_on_update(void (*validate)(const json::Value&, FieldErrors&)) {
    return [validate](const json::Value& object, const json::Value&, FieldErrors& errors) {
        validate(object, errors);
        validate(object, errors);
    };
}

// hooks_pod.cpp
KindHooks pod_hooks();
KindHooks pod_template_hooks();
KindHooks binding_hooks();
// hooks_workload.cpp
KindHooks replication_controller_hooks();
KindHooks replica_set_hooks();
KindHooks deployment_hooks();
KindHooks stateful_set_hooks();
KindHooks daemon_set_hooks();
KindHooks controller_revision_hooks();
// hooks_job.cpp
KindHooks job_hooks();
KindHooks cron_job_hooks();
// hooks_service.cpp
KindHooks service_hooks();
KindHooks endpoints_hooks();
KindHooks endpoint_slice_hooks();
KindHooks ip_address_hooks();
KindHooks service_cidr_hooks();
// hooks_cluster.cpp
KindHooks namespace_hooks();
KindHooks node_hooks();
KindHooks lease_hooks();
KindHooks runtime_class_hooks();
KindHooks priority_class_hooks();
KindHooks certificate_signing_request_hooks();
KindHooks api_service_hooks();
KindHooks component_status_hooks();
// hooks_config.cpp
KindHooks config_map_hooks();
KindHooks secret_hooks();
KindHooks service_account_hooks();
KindHooks limit_range_hooks();
KindHooks resource_quota_hooks();
// hooks_event.cpp
KindHooks event_hooks();
KindHooks events_event_hooks();
// hooks_storage.cpp
KindHooks persistent_volume_hooks();
KindHooks persistent_volume_claim_hooks();
KindHooks storage_class_hooks();
KindHooks csi_driver_hooks();
KindHooks csi_node_hooks();
KindHooks csi_storage_capacity_hooks();
KindHooks volume_attachment_hooks();
KindHooks volume_attributes_class_hooks();
// hooks_network.cpp
KindHooks ingress_hooks();
KindHooks ingress_class_hooks();
KindHooks network_policy_hooks();
// hooks_policy.cpp
KindHooks pod_disruption_budget_hooks();
KindHooks horizontal_pod_autoscaler_hooks();
KindHooks horizontal_pod_autoscaler_v1_hooks();
// hooks_rbac.cpp
KindHooks role_hooks();
KindHooks cluster_role_hooks();
KindHooks role_binding_hooks();
KindHooks cluster_role_binding_hooks();
// hooks_admission.cpp
KindHooks mutating_webhook_configuration_hooks();
KindHooks validating_webhook_configuration_hooks();
KindHooks validating_admission_policy_hooks();
KindHooks validating_admission_policy_binding_hooks();
KindHooks mutating_admission_policy_hooks();
KindHooks mutating_admission_policy_binding_hooks();         // v1beta1
KindHooks mutating_admission_policy_binding_alpha_hooks();   // v1alpha1: parameters that are not there deny by default
// hooks_custom_resource_definition.cpp
KindHooks custom_resource_definition_hooks();
// hooks_flow_control.cpp
KindHooks flow_schema_hooks();
KindHooks priority_level_configuration_hooks();
// hooks_device.cpp
KindHooks device_class_hooks();
KindHooks resource_claim_hooks();
KindHooks resource_claim_template_hooks();
KindHooks resource_slice_hooks();

}  // namespace skiff::api::kinds
