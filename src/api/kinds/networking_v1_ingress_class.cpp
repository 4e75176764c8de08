// networking.k8s.io/v1 IngressClass.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kIngressClass[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "networking.v1.IngressClassSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kIngressClassSpec[] = {
    {.name = "controller", .type = "string", .proto = 1},
    {.name = "parameters", .type = "networking.v1.IngressClassParametersReference", .proto = 2},
};

constexpr FieldRow kIngressClassParametersReference[] = {
    {.name = "apiGroup", .type = "string", .proto = 1, .go = "*"},
    {.name = "kind", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "scope", .type = "string", .proto = 4, .go = "*", .absent = "null"},
    {.name = "namespace", .type = "string", .proto = 5, .go = "*"},
};

constexpr FieldRow kIngressClassList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<networking.v1.IngressClass>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "networking.v1.IngressClass", .fields = kIngressClass, .doc = "Names the controller that serves the Ingresses of a class."},
    {.name = "networking.v1.IngressClassSpec", .fields = kIngressClassSpec},
    {.name = "networking.v1.IngressClassParametersReference", .fields = kIngressClassParametersReference},
    {.name = "networking.v1.IngressClassList", .fields = kIngressClassList},
};

}  // namespace

void add_networking_v1_ingress_class(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"networking.k8s.io", "v1", "IngressClass"},
            .plural = "ingressclasses",
            .singular = "ingressclass",
            .list_kind = "IngressClassList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "networking.v1.IngressClass",
            .has_generation = true,
            .storage_prefix = "networking.k8s.io/ingressclasses",
            .columns = ingress_class_columns(),
            .hooks = ingress_class_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
