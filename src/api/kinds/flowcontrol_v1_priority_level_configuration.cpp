// flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kPriorityLevelConfiguration[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "flowcontrol.v1.PriorityLevelConfigurationSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "flowcontrol.v1.PriorityLevelConfigurationStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kPriorityLevelConfigurationSpec[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.PriorityLevelEnablement"},
    {.name = "limited", .type = "flowcontrol.v1.LimitedPriorityLevelConfiguration", .proto = 2},
    {.name = "exempt", .type = "flowcontrol.v1.ExemptPriorityLevelConfiguration", .proto = 3},
};

constexpr FieldRow kLimitedPriorityLevelConfiguration[] = {
    {.name = "nominalConcurrencyShares", .type = "int32", .proto = 1, .go = "*", .absent = "null"},
    {.name = "limitResponse", .type = "flowcontrol.v1.LimitResponse", .proto = 2, .default_json = "{}"},
    {.name = "lendablePercent", .type = "int32", .proto = 3, .go = "*"},
    {.name = "borrowingLimitPercent", .type = "int32", .proto = 4, .go = "*"},
};

constexpr FieldRow kLimitResponse[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.LimitResponseType"},
    {.name = "queuing", .type = "flowcontrol.v1.QueuingConfiguration", .proto = 2},
};

constexpr FieldRow kQueuingConfiguration[] = {
    {.name = "queues", .type = "int32", .proto = 1, .default_json = "0", .absent = "0"},
    {.name = "handSize", .type = "int32", .proto = 2, .default_json = "0", .absent = "0"},
    {.name = "queueLengthLimit", .type = "int32", .proto = 3, .default_json = "0", .absent = "0"},
};

constexpr FieldRow kExemptPriorityLevelConfiguration[] = {
    {.name = "nominalConcurrencyShares", .type = "int32", .proto = 1, .go = "*"},
    {.name = "lendablePercent", .type = "int32", .proto = 2, .go = "*"},
};

constexpr FieldRow kPriorityLevelConfigurationStatus[] = {
    {.name = "conditions", .type = "list<flowcontrol.v1.PriorityLevelConfigurationCondition>", .proto = 1, .list_type = "map",
     .list_map_keys = "type", .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
};

constexpr FieldRow kPriorityLevelConfigurationCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .go = "v1.PriorityLevelConfigurationConditionType"},
    {.name = "status", .type = "string", .proto = 2, .go = "v1.ConditionStatus"},
    {.name = "lastTransitionTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 4},
    {.name = "message", .type = "string", .proto = 5},
};

constexpr FieldRow kPriorityLevelConfigurationList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<flowcontrol.v1.PriorityLevelConfiguration>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "flowcontrol.v1.PriorityLevelConfiguration", .fields = kPriorityLevelConfiguration, .doc = "How many requests of a priority level are served at a time."},
    {.name = "flowcontrol.v1.PriorityLevelConfigurationSpec", .fields = kPriorityLevelConfigurationSpec},
    {.name = "flowcontrol.v1.LimitedPriorityLevelConfiguration", .fields = kLimitedPriorityLevelConfiguration},
    {.name = "flowcontrol.v1.LimitResponse", .fields = kLimitResponse},
    {.name = "flowcontrol.v1.QueuingConfiguration", .fields = kQueuingConfiguration},
    {.name = "flowcontrol.v1.ExemptPriorityLevelConfiguration", .fields = kExemptPriorityLevelConfiguration},
    {.name = "flowcontrol.v1.PriorityLevelConfigurationStatus", .fields = kPriorityLevelConfigurationStatus},
    {.name = "flowcontrol.v1.PriorityLevelConfigurationCondition", .fields = kPriorityLevelConfigurationCondition},
    {.name = "flowcontrol.v1.PriorityLevelConfigurationList", .fields = kPriorityLevelConfigurationList},
};

}  // namespace

void add_flowcontrol_v1_priority_level_configuration(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"flowcontrol.apiserver.k8s.io", "v1", "PriorityLevelConfiguration"},
            .plural = "prioritylevelconfigurations",
            .singular = "prioritylevelconfiguration",
            .list_kind = "PriorityLevelConfigurationList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "flowcontrol.v1.PriorityLevelConfiguration",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "flowcontrol.apiserver.k8s.io/prioritylevelconfigurations",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "PriorityLevelConfiguration"},
                },
            .columns = priority_level_configuration_columns(),
            .hooks = priority_level_configuration_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
