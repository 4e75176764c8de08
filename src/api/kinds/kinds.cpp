// The explicit list of built-in types and kinds: one line each, kinds in Kubernetes' discovery order.
#include "api/kind_registry_builder.h"
#include "api/kinds/rows.h"

// A type file gives `<name>_types()`, a kind file `add_<name>(builder)`.
#define SKIFF_TYPES(X) \
    X(meta_v1_object_meta) \
    X(meta_v1_list_meta) \
    X(meta_v1_label_selector) \
    X(meta_v1_condition) \
    X(meta_v1_status) \
    X(meta_v1_delete_options) \
    X(meta_v1_discovery) \
    X(core_v1_reference) \
    X(core_v1_pod_spec) \
    X(core_v1_affinity) \
    X(core_v1_container) \
    X(core_v1_ephemeral_container) \
    X(core_v1_env) \
    X(core_v1_probe) \
    X(core_v1_security_context) \
    X(core_v1_pod_status) \
    X(core_v1_volume) \
    X(core_v1_volume_projected) \
    X(core_v1_volume_remote) \
    X(core_v1_volume_persistent) \
    X(autoscaling_v1_scale) \
    X(policy_v1_eviction) \
    X(authentication_v1_token_request) \
    X(apiextensions_v1_json_schema)

#define SKIFF_KINDS(X) \
    X(core_v1_binding) \
    X(core_v1_component_status) \
    X(core_v1_config_map) \
    X(core_v1_endpoints) \
    X(core_v1_event) \
    X(core_v1_limit_range) \
    X(core_v1_namespace) \
    X(core_v1_node) \
    X(core_v1_persistent_volume_claim) \
    X(core_v1_persistent_volume) \
    X(core_v1_pod) \
    X(core_v1_pod_template) \
    X(core_v1_replication_controller) \
    X(core_v1_resource_quota) \
    X(core_v1_secret) \
    X(core_v1_service_account) \
    X(core_v1_service) \
    X(apiregistration_v1_api_service) \
    X(apps_v1_controller_revision) \
    X(apps_v1_daemon_set) \
    X(apps_v1_deployment) \
    X(apps_v1_replica_set) \
    X(apps_v1_stateful_set) \
    X(events_v1_event) \
    X(authentication_v1_self_subject_review) \
    X(authentication_v1_token_review) \
    X(authorization_v1_local_subject_access_review) \
    X(authorization_v1_self_subject_access_review) \
    X(authorization_v1_self_subject_rules_review) \
    X(authorization_v1_subject_access_review) \
    X(autoscaling_v2_horizontal_pod_autoscaler) \
    X(autoscaling_v1_horizontal_pod_autoscaler) \
    X(batch_v1_cron_job) \
    X(batch_v1_job) \
    X(certificates_v1_certificate_signing_request) \
    X(networking_v1_ingress_class) \
    X(networking_v1_ingress) \
    X(networking_v1_ip_address) \
    X(networking_v1_network_policy) \
    X(networking_v1_service_cidr) \
    X(policy_v1_pod_disruption_budget) \
    X(rbac_v1_cluster_role_binding) \
    X(rbac_v1_cluster_role) \
    X(rbac_v1_role_binding) \
    X(rbac_v1_role) \
    X(storage_v1_csi_driver) \
    X(storage_v1_csi_node) \
    X(storage_v1_csi_storage_capacity) \
    X(storage_v1_storage_class) \
    X(storage_v1_volume_attachment) \
    X(storage_v1_volume_attributes_class) \
    X(admissionregistration_v1_mutating_webhook_configuration) \
    X(admissionregistration_v1_validating_admission_policy) \
    X(admissionregistration_v1_validating_admission_policy_binding) \
    X(admissionregistration_v1_validating_webhook_configuration) \
    X(admissionregistration_v1beta1_mutating_admission_policy) \
    X(apiextensions_v1_custom_resource_definition) \
    X(scheduling_v1_priority_class) \
    X(coordination_v1_lease) \
    X(node_v1_runtime_class) \
    X(discovery_v1_endpoint_slice) \
    X(resource_v1_device_class) \
    X(resource_v1_resource_claim) \
    X(resource_v1_resource_claim_template) \
    X(resource_v1_resource_slice) \
    X(metrics_v1beta1_node_metrics) \
    X(metrics_v1beta1_pod_metrics) \
    X(flowcontrol_v1_flow_schema) \
    X(flowcontrol_v1_priority_level_configuration)

namespace skiff::api {

namespace kinds {
#define DECLARE_TYPES(name) std::span<const TypeRow> name##_types();
#define DECLARE_KIND(name) void add_##name(KindRegistryBuilder& builder);
SKIFF_TYPES(DECLARE_TYPES)
SKIFF_KINDS(DECLARE_KIND)
#undef DECLARE_TYPES
#undef DECLARE_KIND
}  // namespace kinds

void add_builtin_kinds(KindRegistryBuilder& builder) {
#define ADD_TYPES(name) builder.add_types(kinds::name##_types());
#define ADD_KIND(name) kinds::add_##name(builder);
    SKIFF_TYPES(ADD_TYPES)
    SKIFF_KINDS(ADD_KIND)
#undef ADD_TYPES
#undef ADD_KIND
}

}  // namespace skiff::api
