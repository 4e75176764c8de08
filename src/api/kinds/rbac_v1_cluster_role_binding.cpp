// rbac.authorization.k8s.io/v1 ClusterRoleBinding.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kClusterRoleBinding[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "subjects", .type = "list<rbac.v1.Subject>", .proto = 2, .list_type = "atomic"},
    {.name = "roleRef", .type = "rbac.v1.RoleRef", .proto = 3, .required = true, .default_json = "{}", .map_type = "atomic"},
};

constexpr FieldRow kSubject[] = {
    {.name = "kind", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "apiGroup", .type = "string", .proto = 2},
    {.name = "name", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "namespace", .type = "string", .proto = 4},
};

constexpr FieldRow kRoleRef[] = {
    {.name = "apiGroup", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "kind", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kClusterRoleBindingList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<rbac.v1.ClusterRoleBinding>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "rbac.v1.ClusterRoleBinding", .fields = kClusterRoleBinding, .doc = "Grants a cluster role to users, groups and service accounts in all namespaces."},
    {.name = "rbac.v1.Subject", .fields = kSubject},
    {.name = "rbac.v1.RoleRef", .fields = kRoleRef},
    {.name = "rbac.v1.ClusterRoleBindingList", .fields = kClusterRoleBindingList},
};

}  // namespace

void add_rbac_v1_cluster_role_binding(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"rbac.authorization.k8s.io", "v1", "ClusterRoleBinding"},
            .plural = "clusterrolebindings",
            .singular = "clusterrolebinding",
            .list_kind = "ClusterRoleBindingList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "rbac.v1.ClusterRoleBinding",
            .storage_prefix = "rbac.authorization.k8s.io/clusterrolebindings",
            .columns = cluster_role_binding_columns(),
            .hooks = cluster_role_binding_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
