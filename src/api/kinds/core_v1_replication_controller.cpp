// v1 ReplicationController.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kReplicationController[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "core.v1.ReplicationControllerSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "core.v1.ReplicationControllerStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kReplicationControllerSpec[] = {
    {.name = "replicas", .type = "int32", .proto = 1, .default_json = "1", .doc = "Number of pods.", .go = "*"},
    {.name = "selector", .type = "map<string,string>", .proto = 2, .map_type = "atomic", .doc = "Which objects belong to it."},
    {.name = "template", .type = "core.v1.PodTemplateSpec", .proto = 3, .doc = "The pods to make."},
    {.name = "minReadySeconds", .type = "int32", .proto = 4, .default_json = "0",
     .doc = "Seconds a pod must be ready to count as available."},
};

constexpr FieldRow kReplicationControllerStatus[] = {
    {.name = "replicas", .type = "int32", .proto = 1, .required = true, .default_json = "0", .doc = "Number of pods."},
    {.name = "fullyLabeledReplicas", .type = "int32", .proto = 2},
    {.name = "observedGeneration", .type = "int64", .proto = 3, .doc = "The generation that this status is about."},
    {.name = "readyReplicas", .type = "int32", .proto = 4, .doc = "Pods that are ready."},
    {.name = "availableReplicas", .type = "int32", .proto = 5, .doc = "Pods that are available."},
    {.name = "conditions", .type = "list<core.v1.ReplicationControllerCondition>", .proto = 6, .list_type = "map",
     .list_map_keys = "type", .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
};

constexpr FieldRow kReplicationControllerCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")",
     .go = "v1.ReplicationControllerConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastTransitionTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 4},
    {.name = "message", .type = "string", .proto = 5},
};

constexpr FieldRow kReplicationControllerList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.ReplicationController>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.ReplicationController", .fields = kReplicationController, .doc = "Keeps a number of equal pods running. Deployment replaces it."},
    {.name = "core.v1.ReplicationControllerSpec", .fields = kReplicationControllerSpec},
    {.name = "core.v1.ReplicationControllerStatus", .fields = kReplicationControllerStatus},
    {.name = "core.v1.ReplicationControllerCondition", .fields = kReplicationControllerCondition},
    {.name = "core.v1.ReplicationControllerList", .fields = kReplicationControllerList},
};

}  // namespace

void add_core_v1_replication_controller(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "ReplicationController"},
            .plural = "replicationcontrollers",
            .singular = "replicationcontroller",
            .list_kind = "ReplicationControllerList",
            .verbs = all_verbs(),
            .short_names = {"rc"},
            .categories = {"all"},
            .type_name = "core.v1.ReplicationController",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "replicationcontrollers",
            .selectable_fields = {"status.replicas=status.replicas|!0"},
            .subresources =
                {
                    {.name = "scale", .verbs = {"get", "patch", "update"}, .kind = "Scale", .group = "autoscaling", .version = "v1"},
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "ReplicationController"},
                },
            .columns = replication_controller_columns(),
            .hooks = replication_controller_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
