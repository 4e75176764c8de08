// v1 ComponentStatus.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kComponentStatus[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "conditions", .type = "list<core.v1.ComponentCondition>", .proto = 2, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
};

constexpr FieldRow kComponentCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.ComponentConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "message", .type = "string", .proto = 3},
    {.name = "error", .type = "string", .proto = 4},
};

constexpr FieldRow kComponentStatusList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.ComponentStatus>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.ComponentStatus", .fields = kComponentStatus, .doc = "Health of a part of the control plane. Deprecated."},
    {.name = "core.v1.ComponentCondition", .fields = kComponentCondition},
    {.name = "core.v1.ComponentStatusList", .fields = kComponentStatusList},
};

}  // namespace

void add_core_v1_component_status(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "ComponentStatus"},
            .plural = "componentstatuses",
            .singular = "componentstatus",
            .list_kind = "ComponentStatusList",
            .scope = Scope::Cluster,
            .verbs = {"get", "list"},
            .short_names = {"cs"},
            .type_name = "core.v1.ComponentStatus",
            .storage = false,
            .columns = component_status_columns(),
            .hooks = component_status_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
