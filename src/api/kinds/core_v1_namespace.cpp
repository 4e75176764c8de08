// v1 Namespace.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kNamespace[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "core.v1.NamespaceSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "core.v1.NamespaceStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kNamespaceSpec[] = {
    {.name = "finalizers", .type = "list<string>", .proto = 1, .list_type = "atomic", .go = "v1.FinalizerName"},
};

constexpr FieldRow kNamespaceStatus[] = {
    {.name = "phase", .type = "string", .proto = 1, .enum_values = "Active,Terminating", .go = "v1.NamespacePhase"},
    {.name = "conditions", .type = "list<core.v1.NamespaceCondition>", .proto = 2, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
};

constexpr FieldRow kNamespaceCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.NamespaceConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastTransitionTime", .type = "time", .proto = 4, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 5},
    {.name = "message", .type = "string", .proto = 6},
};

constexpr FieldRow kNamespaceList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.Namespace>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Namespace", .fields = kNamespace, .doc = "A scope for the names of other objects."},
    {.name = "core.v1.NamespaceSpec", .fields = kNamespaceSpec},
    {.name = "core.v1.NamespaceStatus", .fields = kNamespaceStatus},
    {.name = "core.v1.NamespaceCondition", .fields = kNamespaceCondition},
    {.name = "core.v1.NamespaceList", .fields = kNamespaceList},
};

}  // namespace

void add_core_v1_namespace(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "Namespace"},
            .plural = "namespaces",
            .singular = "namespace",
            .list_kind = "NamespaceList",
            .scope = Scope::Cluster,
            .verbs = {"create", "delete", "get", "list", "patch", "update", "watch"},
            .short_names = {"ns"},
            .type_name = "core.v1.Namespace",
            .has_status = true,
            .storage_prefix = "namespaces",
            .selectable_fields = {"status.phase"},
            .subresources =
                {
                    {.name = "finalize", .verbs = {"update"}, .kind = "Namespace"},
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "Namespace"},
                },
            .columns = namespace_columns(),
            .hooks = namespace_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
