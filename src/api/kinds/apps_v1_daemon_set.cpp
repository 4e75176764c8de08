// apps/v1 DaemonSet.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kDaemonSet[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "apps.v1.DaemonSetSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "apps.v1.DaemonSetStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kDaemonSetSpec[] = {
    {.name = "selector", .type = "meta.v1.LabelSelector", .proto = 1, .required = true, .map_type = "atomic",
     .doc = "Which objects belong to it."},
    {.name = "template", .type = "core.v1.PodTemplateSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "The pods to make."},
    {.name = "updateStrategy", .type = "apps.v1.DaemonSetUpdateStrategy", .proto = 3, .default_json = "{}"},
    {.name = "minReadySeconds", .type = "int32", .proto = 4, .doc = "Seconds a pod must be ready to count as available."},
    {.name = "revisionHistoryLimit", .type = "int32", .proto = 6, .doc = "Old revisions to keep. Defaults to 10.", .go = "*"},
};

constexpr FieldRow kDaemonSetUpdateStrategy[] = {
    {.name = "type", .type = "string", .proto = 1, .enum_values = "OnDelete,RollingUpdate", .go = "v1.DaemonSetUpdateStrategyType"},
    {.name = "rollingUpdate", .type = "apps.v1.RollingUpdateDaemonSet", .proto = 2},
};

constexpr FieldRow kRollingUpdateDaemonSet[] = {
    {.name = "maxUnavailable", .type = "int-or-string", .proto = 1, .go = "*"},
    {.name = "maxSurge", .type = "int-or-string", .proto = 2, .go = "*"},
};

constexpr FieldRow kDaemonSetStatus[] = {
    {.name = "currentNumberScheduled", .type = "int32", .proto = 1, .required = true, .default_json = "0"},
    {.name = "numberMisscheduled", .type = "int32", .proto = 2, .required = true, .default_json = "0"},
    {.name = "desiredNumberScheduled", .type = "int32", .proto = 3, .required = true, .default_json = "0"},
    {.name = "numberReady", .type = "int32", .proto = 4, .required = true, .default_json = "0"},
    {.name = "observedGeneration", .type = "int64", .proto = 5, .doc = "The generation that this status is about."},
    {.name = "updatedNumberScheduled", .type = "int32", .proto = 6},
    {.name = "numberAvailable", .type = "int32", .proto = 7},
    {.name = "numberUnavailable", .type = "int32", .proto = 8},
    {.name = "collisionCount", .type = "int32", .proto = 9, .go = "*"},
    {.name = "conditions", .type = "list<apps.v1.DaemonSetCondition>", .proto = 10, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
};

constexpr FieldRow kDaemonSetCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.DaemonSetConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastTransitionTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 4},
    {.name = "message", .type = "string", .proto = 5},
};

constexpr FieldRow kDaemonSetList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<apps.v1.DaemonSet>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "apps.v1.DaemonSet", .fields = kDaemonSet, .doc = "Runs one copy of a pod on every node that matches."},
    {.name = "apps.v1.DaemonSetSpec", .fields = kDaemonSetSpec},
    {.name = "apps.v1.DaemonSetUpdateStrategy", .fields = kDaemonSetUpdateStrategy},
    {.name = "apps.v1.RollingUpdateDaemonSet", .fields = kRollingUpdateDaemonSet},
    {.name = "apps.v1.DaemonSetStatus", .fields = kDaemonSetStatus},
    {.name = "apps.v1.DaemonSetCondition", .fields = kDaemonSetCondition},
    {.name = "apps.v1.DaemonSetList", .fields = kDaemonSetList},
};

}  // namespace

void add_apps_v1_daemon_set(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"apps", "v1", "DaemonSet"},
            .plural = "daemonsets",
            .singular = "daemonset",
            .list_kind = "DaemonSetList",
            .verbs = all_verbs(),
            .short_names = {"ds"},
            .categories = {"all"},
            .type_name = "apps.v1.DaemonSet",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "apps/daemonsets",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "DaemonSet"},
                },
            .columns = daemon_set_columns(),
            .hooks = daemon_set_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
