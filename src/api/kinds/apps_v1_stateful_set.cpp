// apps/v1 StatefulSet.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kStatefulSet[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "apps.v1.StatefulSetSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "apps.v1.StatefulSetStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kStatefulSetSpec[] = {
    {.name = "replicas", .type = "int32", .proto = 1, .doc = "Number of pods.", .go = "*"},
    {.name = "selector", .type = "meta.v1.LabelSelector", .proto = 2, .required = true, .map_type = "atomic",
     .doc = "Which objects belong to it."},
    {.name = "template", .type = "core.v1.PodTemplateSpec", .proto = 3, .required = true, .default_json = "{}",
     .doc = "The pods to make."},
    {.name = "volumeClaimTemplates", .type = "list<core.v1.PersistentVolumeClaim>", .proto = 4, .list_type = "atomic"},
    {.name = "serviceName", .type = "string", .proto = 5, .default_json = R"("")", .absent = R"("")"},
    {.name = "podManagementPolicy", .type = "string", .proto = 6, .enum_values = "OrderedReady,Parallel",
     .go = "v1.PodManagementPolicyType"},
    {.name = "updateStrategy", .type = "apps.v1.StatefulSetUpdateStrategy", .proto = 7, .default_json = "{}"},
    {.name = "revisionHistoryLimit", .type = "int32", .proto = 8, .doc = "Old revisions to keep. Defaults to 10.", .go = "*"},
    {.name = "minReadySeconds", .type = "int32", .proto = 9, .doc = "Seconds a pod must be ready to count as available."},
    {.name = "persistentVolumeClaimRetentionPolicy", .type = "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy", .proto = 10},
    {.name = "ordinals", .type = "apps.v1.StatefulSetOrdinals", .proto = 11},
};

constexpr FieldRow kStatefulSetUpdateStrategy[] = {
    {.name = "type", .type = "string", .proto = 1, .enum_values = "OnDelete,RollingUpdate", .go = "v1.StatefulSetUpdateStrategyType"},
    {.name = "rollingUpdate", .type = "apps.v1.RollingUpdateStatefulSetStrategy", .proto = 2},
};

constexpr FieldRow kRollingUpdateStatefulSetStrategy[] = {
    {.name = "partition", .type = "int32", .proto = 1, .go = "*"},
    {.name = "maxUnavailable", .type = "int-or-string", .proto = 2, .go = "*"},
};

constexpr FieldRow kStatefulSetPersistentVolumeClaimRetentionPolicy[] = {
    {.name = "whenDeleted", .type = "string", .proto = 1, .go = "v1.PersistentVolumeClaimRetentionPolicyType"},
    {.name = "whenScaled", .type = "string", .proto = 2, .go = "v1.PersistentVolumeClaimRetentionPolicyType"},
};

constexpr FieldRow kStatefulSetOrdinals[] = {
    {.name = "start", .type = "int32", .proto = 1, .default_json = "0", .absent = "0"},
};

constexpr FieldRow kStatefulSetStatus[] = {
    {.name = "observedGeneration", .type = "int64", .proto = 1, .doc = "The generation that this status is about."},
    {.name = "replicas", .type = "int32", .proto = 2, .required = true, .default_json = "0", .doc = "Number of pods."},
    {.name = "readyReplicas", .type = "int32", .proto = 3, .doc = "Pods that are ready."},
    {.name = "currentReplicas", .type = "int32", .proto = 4},
    {.name = "updatedReplicas", .type = "int32", .proto = 5},
    {.name = "currentRevision", .type = "string", .proto = 6},
    {.name = "updateRevision", .type = "string", .proto = 7},
    {.name = "collisionCount", .type = "int32", .proto = 9, .go = "*"},
    {.name = "conditions", .type = "list<apps.v1.StatefulSetCondition>", .proto = 10, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
    {.name = "availableReplicas", .type = "int32", .proto = 11, .default_json = "0", .doc = "Pods that are available.", .absent = "0"},
};

constexpr FieldRow kStatefulSetCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.StatefulSetConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastTransitionTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 4},
    {.name = "message", .type = "string", .proto = 5},
};

constexpr FieldRow kStatefulSetList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<apps.v1.StatefulSet>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "apps.v1.StatefulSet", .fields = kStatefulSet, .doc = "Runs pods with stable names and storage, in order."},
    {.name = "apps.v1.StatefulSetSpec", .fields = kStatefulSetSpec},
    {.name = "apps.v1.StatefulSetUpdateStrategy", .fields = kStatefulSetUpdateStrategy},
    {.name = "apps.v1.RollingUpdateStatefulSetStrategy", .fields = kRollingUpdateStatefulSetStrategy},
    {.name = "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy", .fields = kStatefulSetPersistentVolumeClaimRetentionPolicy},
    {.name = "apps.v1.StatefulSetOrdinals", .fields = kStatefulSetOrdinals},
    {.name = "apps.v1.StatefulSetStatus", .fields = kStatefulSetStatus},
    {.name = "apps.v1.StatefulSetCondition", .fields = kStatefulSetCondition},
    {.name = "apps.v1.StatefulSetList", .fields = kStatefulSetList},
};

}  // namespace

void add_apps_v1_stateful_set(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"apps", "v1", "StatefulSet"},
            .plural = "statefulsets",
            .singular = "statefulset",
            .list_kind = "StatefulSetList",
            .verbs = all_verbs(),
            .short_names = {"sts"},
            .categories = {"all"},
            .type_name = "apps.v1.StatefulSet",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "apps/statefulsets",
            .subresources =
                {
                    {.name = "scale", .verbs = {"get", "patch", "update"}, .kind = "Scale", .group = "autoscaling", .version = "v1"},
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "StatefulSet"},
                },
            .columns = stateful_set_columns(),
            .hooks = stateful_set_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
