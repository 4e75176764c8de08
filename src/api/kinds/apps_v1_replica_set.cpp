// apps/v1 ReplicaSet.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kReplicaSet[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "apps.v1.ReplicaSetSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "apps.v1.ReplicaSetStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kReplicaSetSpec[] = {
    {.name = "replicas", .type = "int32", .proto = 1, .doc = "Number of pods.", .go = "*"},
    {.name = "selector", .type = "meta.v1.LabelSelector", .proto = 2, .required = true, .map_type = "atomic",
     .doc = "Which objects belong to it."},
    {.name = "template", .type = "core.v1.PodTemplateSpec", .proto = 3, .default_json = "{}", .doc = "The pods to make."},
    {.name = "minReadySeconds", .type = "int32", .proto = 4, .doc = "Seconds a pod must be ready to count as available."},
};

constexpr FieldRow kReplicaSetStatus[] = {
    {.name = "replicas", .type = "int32", .proto = 1, .required = true, .default_json = "0", .doc = "Number of pods."},
    {.name = "fullyLabeledReplicas", .type = "int32", .proto = 2},
    {.name = "observedGeneration", .type = "int64", .proto = 3, .doc = "The generation that this status is about."},
    {.name = "readyReplicas", .type = "int32", .proto = 4, .doc = "Pods that are ready."},
    {.name = "availableReplicas", .type = "int32", .proto = 5, .doc = "Pods that are available."},
    {.name = "conditions", .type = "list<apps.v1.ReplicaSetCondition>", .proto = 6, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
    {.name = "terminatingReplicas", .type = "int32", .proto = 7, .go = "*"},
};

constexpr FieldRow kReplicaSetCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.ReplicaSetConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastTransitionTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 4},
    {.name = "message", .type = "string", .proto = 5},
};

constexpr FieldRow kReplicaSetList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<apps.v1.ReplicaSet>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "apps.v1.ReplicaSet", .fields = kReplicaSet, .doc = "Keeps a number of equal pods running; usually owned by a Deployment."},
    {.name = "apps.v1.ReplicaSetSpec", .fields = kReplicaSetSpec},
    {.name = "apps.v1.ReplicaSetStatus", .fields = kReplicaSetStatus},
    {.name = "apps.v1.ReplicaSetCondition", .fields = kReplicaSetCondition},
    {.name = "apps.v1.ReplicaSetList", .fields = kReplicaSetList},
};

}  // namespace

void add_apps_v1_replica_set(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"apps", "v1", "ReplicaSet"},
            .plural = "replicasets",
            .singular = "replicaset",
            .list_kind = "ReplicaSetList",
            .verbs = all_verbs(),
            .short_names = {"rs"},
            .categories = {"all"},
            .type_name = "apps.v1.ReplicaSet",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "apps/replicasets",
            .subresources =
                {
                    {.name = "scale", .verbs = {"get", "patch", "update"}, .kind = "Scale", .group = "autoscaling", .version = "v1"},
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "ReplicaSet"},
                },
            .columns = replica_set_columns(),
            .hooks = replica_set_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
