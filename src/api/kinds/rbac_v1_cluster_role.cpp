// rbac.authorization.k8s.io/v1 ClusterRole.
#include "api/kind_registry_builder.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kClusterRole[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "rules", .type = "list<rbac.v1.PolicyRule>", .proto = 2, .list_type = "atomic", .absent = "null"},
    {.name = "aggregationRule", .type = "rbac.v1.AggregationRule", .proto = 3},
};

constexpr FieldRow kPolicyRule[] = {
    {.name = "verbs", .type = "list<string>", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "apiGroups", .type = "list<string>", .proto = 2, .list_type = "atomic"},
    {.name = "resources", .type = "list<string>", .proto = 3, .list_type = "atomic"},
    {.name = "resourceNames", .type = "list<string>", .proto = 4, .list_type = "atomic"},
    {.name = "nonResourceURLs", .type = "list<string>", .proto = 5, .list_type = "atomic"},
};

constexpr FieldRow kAggregationRule[] = {
    {.name = "clusterRoleSelectors", .type = "list<meta.v1.LabelSelector>", .proto = 1, .list_type = "atomic"},
};

constexpr FieldRow kClusterRoleList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<rbac.v1.ClusterRole>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "rbac.v1.ClusterRole", .fields = kClusterRole, .doc = "A set of permissions for the cluster, or for a namespace that binds it."},
    {.name = "rbac.v1.PolicyRule", .fields = kPolicyRule},
    {.name = "rbac.v1.AggregationRule", .fields = kAggregationRule},
    {.name = "rbac.v1.ClusterRoleList", .fields = kClusterRoleList},
};

}  // namespace

void add_rbac_v1_cluster_role(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"rbac.authorization.k8s.io", "v1", "ClusterRole"},
            .plural = "clusterroles",
            .singular = "clusterrole",
            .list_kind = "ClusterRoleList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "rbac.v1.ClusterRole",
            .storage_prefix = "rbac.authorization.k8s.io/clusterroles",
            .hooks = cluster_role_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
