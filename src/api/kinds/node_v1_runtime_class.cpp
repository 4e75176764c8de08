// node.k8s.io/v1 RuntimeClass.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kRuntimeClass[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "handler", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "overhead", .type = "node.v1.Overhead", .proto = 3},
    {.name = "scheduling", .type = "node.v1.Scheduling", .proto = 4},
};

constexpr FieldRow kOverhead[] = {
    {.name = "podFixed", .type = "map<string,quantity>", .proto = 1},
};

constexpr FieldRow kScheduling[] = {
    {.name = "nodeSelector", .type = "map<string,string>", .proto = 1, .map_type = "atomic"},
    {.name = "tolerations", .type = "list<core.v1.Toleration>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kRuntimeClassList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<node.v1.RuntimeClass>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "node.v1.RuntimeClass", .fields = kRuntimeClass, .doc = "Which container runtime handler runs a pod."},
    {.name = "node.v1.Overhead", .fields = kOverhead},
    {.name = "node.v1.Scheduling", .fields = kScheduling},
    {.name = "node.v1.RuntimeClassList", .fields = kRuntimeClassList},
};

}  // namespace

void add_node_v1_runtime_class(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"node.k8s.io", "v1", "RuntimeClass"},
            .plural = "runtimeclasses",
            .singular = "runtimeclass",
            .list_kind = "RuntimeClassList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "node.v1.RuntimeClass",
            .storage_prefix = "node.k8s.io/runtimeclasses",
            .columns = runtime_class_columns(),
            .hooks = runtime_class_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
