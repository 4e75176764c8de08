// policy/v1 PodDisruptionBudget.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kPodDisruptionBudget[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "policy.v1.PodDisruptionBudgetSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "policy.v1.PodDisruptionBudgetStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kPodDisruptionBudgetSpec[] = {
    {.name = "minAvailable", .type = "int-or-string", .proto = 1, .go = "*"},
    {.name = "selector", .type = "meta.v1.LabelSelector", .proto = 2, .patch_strategy = "replace", .map_type = "atomic",
     .doc = "Which objects belong to it."},
    {.name = "maxUnavailable", .type = "int-or-string", .proto = 3, .go = "*"},
    {.name = "unhealthyPodEvictionPolicy", .type = "string", .proto = 4, .enum_values = "AlwaysAllow,IfHealthyBudget",
     .go = "*v1.UnhealthyPodEvictionPolicyType"},
};

constexpr FieldRow kPodDisruptionBudgetStatus[] = {
    {.name = "observedGeneration", .type = "int64", .proto = 1, .doc = "The generation that this status is about."},
    {.name = "disruptedPods", .type = "map<string,time>", .proto = 2, .go = "map[string]v1.Time|"},
    {.name = "disruptionsAllowed", .type = "int32", .proto = 3, .required = true, .default_json = "0"},
    {.name = "currentHealthy", .type = "int32", .proto = 4, .required = true, .default_json = "0"},
    {.name = "desiredHealthy", .type = "int32", .proto = 5, .required = true, .default_json = "0"},
    {.name = "expectedPods", .type = "int32", .proto = 6, .required = true, .default_json = "0"},
    {.name = "conditions", .type = "list<meta.v1.Condition>", .proto = 7, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
};

constexpr FieldRow kPodDisruptionBudgetList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<policy.v1.PodDisruptionBudget>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "policy.v1.PodDisruptionBudget", .fields = kPodDisruptionBudget, .doc = "How many pods of a set may be down by choice at one time."},
    {.name = "policy.v1.PodDisruptionBudgetSpec", .fields = kPodDisruptionBudgetSpec},
    {.name = "policy.v1.PodDisruptionBudgetStatus", .fields = kPodDisruptionBudgetStatus},
    {.name = "policy.v1.PodDisruptionBudgetList", .fields = kPodDisruptionBudgetList},
};

}  // namespace

void add_policy_v1_pod_disruption_budget(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"policy", "v1", "PodDisruptionBudget"},
            .plural = "poddisruptionbudgets",
            .singular = "poddisruptionbudget",
            .list_kind = "PodDisruptionBudgetList",
            .verbs = all_verbs(),
            .short_names = {"pdb"},
            .type_name = "policy.v1.PodDisruptionBudget",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "policy/poddisruptionbudgets",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "PodDisruptionBudget"},
                },
            .columns = pod_disruption_budget_columns(),
            .hooks = pod_disruption_budget_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
