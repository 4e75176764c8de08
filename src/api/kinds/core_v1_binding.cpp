// v1 Binding.
#include "api/kind_registry_builder.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kBinding[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "target", .type = "core.v1.ObjectReference", .proto = 2, .required = true, .default_json = "{}", .map_type = "atomic"},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Binding", .fields = kBinding, .doc = "Ties a pod to a node; the scheduler posts it to a pod's binding subresource."},
};

}  // namespace

void add_core_v1_binding(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "Binding"},
            .plural = "bindings",
            .singular = "binding",
            .verbs = {"create"},
            .type_name = "core.v1.Binding",
            .storage = false,
            .hooks = binding_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
