// apps/v1 Deployment.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kDeployment[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "apps.v1.DeploymentSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "apps.v1.DeploymentStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kDeploymentSpec[] = {
    {.name = "replicas", .type = "int32", .proto = 1, .doc = "Number of wanted pods. Defaults to 1.", .go = "*"},
    {.name = "selector", .type = "meta.v1.LabelSelector", .proto = 2, .required = true, .map_type = "atomic",
     .doc = "The pods that belong to it; must match the template's labels; immutable."},
    {.name = "template", .type = "core.v1.PodTemplateSpec", .proto = 3, .required = true, .default_json = "{}",
     .doc = "The pods to make."},
    {.name = "strategy", .type = "apps.v1.DeploymentStrategy", .proto = 4, .default_json = "{}", .patch_strategy = "retainKeys",
     .doc = "How old pods are replaced."},
    {.name = "minReadySeconds", .type = "int32", .proto = 5, .doc = "Seconds a pod must be ready to count as available."},
    {.name = "revisionHistoryLimit", .type = "int32", .proto = 6, .doc = "Old ReplicaSets to keep. Defaults to 10.", .go = "*"},
    {.name = "paused", .type = "bool", .proto = 7, .doc = "While true, changes are not rolled out."},
    {.name = "progressDeadlineSeconds", .type = "int32", .proto = 9,
     .doc = "Seconds without progress after which the rollout has failed. Defaults to 600.", .go = "*"},
};

constexpr FieldRow kDeploymentStrategy[] = {
    {.name = "type", .type = "string", .proto = 1, .enum_values = "Recreate,RollingUpdate", .go = "v1.DeploymentStrategyType"},
    {.name = "rollingUpdate", .type = "apps.v1.RollingUpdateDeployment", .proto = 2},
};

constexpr FieldRow kRollingUpdateDeployment[] = {
    {.name = "maxUnavailable", .type = "int-or-string", .proto = 1, .go = "*"},
    {.name = "maxSurge", .type = "int-or-string", .proto = 2, .go = "*"},
};

constexpr FieldRow kDeploymentStatus[] = {
    {.name = "observedGeneration", .type = "int64", .proto = 1, .doc = "The generation that this status is about."},
    {.name = "replicas", .type = "int32", .proto = 2, .doc = "Number of pods."},
    {.name = "updatedReplicas", .type = "int32", .proto = 3},
    {.name = "availableReplicas", .type = "int32", .proto = 4, .doc = "Pods that are available."},
    {.name = "unavailableReplicas", .type = "int32", .proto = 5},
    {.name = "conditions", .type = "list<apps.v1.DeploymentCondition>", .proto = 6, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
    {.name = "readyReplicas", .type = "int32", .proto = 7, .doc = "Pods that are ready."},
    {.name = "collisionCount", .type = "int32", .proto = 8, .go = "*"},
    {.name = "terminatingReplicas", .type = "int32", .proto = 9, .go = "*"},
};

constexpr FieldRow kDeploymentCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.DeploymentConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "reason", .type = "string", .proto = 4},
    {.name = "message", .type = "string", .proto = 5},
    {.name = "lastUpdateTime", .type = "time", .proto = 6, .absent = "null"},
    {.name = "lastTransitionTime", .type = "time", .proto = 7, .absent = "null"},
};

constexpr FieldRow kDeploymentList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<apps.v1.Deployment>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "apps.v1.Deployment", .fields = kDeployment, .doc = "Declares pods and their number, and rolls changes out step by step."},
    {.name = "apps.v1.DeploymentSpec", .fields = kDeploymentSpec},
    {.name = "apps.v1.DeploymentStrategy", .fields = kDeploymentStrategy},
    {.name = "apps.v1.RollingUpdateDeployment", .fields = kRollingUpdateDeployment},
    {.name = "apps.v1.DeploymentStatus", .fields = kDeploymentStatus},
    {.name = "apps.v1.DeploymentCondition", .fields = kDeploymentCondition},
    {.name = "apps.v1.DeploymentList", .fields = kDeploymentList},
};

}  // namespace

void add_apps_v1_deployment(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"apps", "v1", "Deployment"},
            .plural = "deployments",
            .singular = "deployment",
            .list_kind = "DeploymentList",
            .verbs = all_verbs(),
            .short_names = {"deploy"},
            .categories = {"all"},
            .type_name = "apps.v1.Deployment",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "apps/deployments",
            .subresources =
                {
                    {.name = "scale", .verbs = {"get", "patch", "update"}, .kind = "Scale", .group = "autoscaling", .version = "v1"},
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "Deployment"},
                },
            .columns = deployment_columns(),
            .hooks = deployment_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
