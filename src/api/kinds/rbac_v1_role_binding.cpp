// rbac.authorization.k8s.io/v1 RoleBinding.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kRoleBinding[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "subjects", .type = "list<rbac.v1.Subject>", .proto = 2, .list_type = "atomic"},
    {.name = "roleRef", .type = "rbac.v1.RoleRef", .proto = 3, .required = true, .default_json = "{}", .map_type = "atomic"},
};

constexpr FieldRow kRoleBindingList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<rbac.v1.RoleBinding>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "rbac.v1.RoleBinding", .fields = kRoleBinding, .doc = "Grants a role to users, groups and service accounts in one namespace."},
    {.name = "rbac.v1.RoleBindingList", .fields = kRoleBindingList},
};

}  // namespace

void add_rbac_v1_role_binding(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"rbac.authorization.k8s.io", "v1", "RoleBinding"},
            .plural = "rolebindings",
            .singular = "rolebinding",
            .list_kind = "RoleBindingList",
            .verbs = all_verbs(),
            .type_name = "rbac.v1.RoleBinding",
            .storage_prefix = "rbac.authorization.k8s.io/rolebindings",
            .columns = role_binding_columns(),
            .hooks = role_binding_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
