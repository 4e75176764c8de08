// scheduling.k8s.io/v1 PriorityClass.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kPriorityClass[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "value", .type = "int32", .proto = 2, .required = true, .default_json = "0"},
    {.name = "globalDefault", .type = "bool", .proto = 3},
    {.name = "description", .type = "string", .proto = 4},
    {.name = "preemptionPolicy", .type = "string", .proto = 5, .enum_values = "Never,PreemptLowerPriority", .go = "*v1.PreemptionPolicy"},
};

constexpr FieldRow kPriorityClassList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<scheduling.v1.PriorityClass>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "scheduling.v1.PriorityClass", .fields = kPriorityClass, .doc = "Gives pods that name it a priority."},
    {.name = "scheduling.v1.PriorityClassList", .fields = kPriorityClassList},
};

}  // namespace

void add_scheduling_v1_priority_class(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"scheduling.k8s.io", "v1", "PriorityClass"},
            .plural = "priorityclasses",
            .singular = "priorityclass",
            .list_kind = "PriorityClassList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .short_names = {"pc"},
            .type_name = "scheduling.v1.PriorityClass",
            .has_generation = true,
            .storage_prefix = "scheduling.k8s.io/priorityclasses",
            .columns = priority_class_columns(),
            .hooks = priority_class_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
