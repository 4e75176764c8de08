// rbac.authorization.k8s.io/v1 Role.
#include "api/kind_registry_builder.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kRole[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "rules", .type = "list<rbac.v1.PolicyRule>", .proto = 2, .list_type = "atomic", .absent = "null"},
};

constexpr FieldRow kRoleList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<rbac.v1.Role>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "rbac.v1.Role", .fields = kRole, .doc = "A set of permissions in one namespace."},
    {.name = "rbac.v1.RoleList", .fields = kRoleList},
};

}  // namespace

void add_rbac_v1_role(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"rbac.authorization.k8s.io", "v1", "Role"},
            .plural = "roles",
            .singular = "role",
            .list_kind = "RoleList",
            .verbs = all_verbs(),
            .type_name = "rbac.v1.Role",
            .storage_prefix = "rbac.authorization.k8s.io/roles",
            .hooks = role_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
