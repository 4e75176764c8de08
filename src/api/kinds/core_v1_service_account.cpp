// v1 ServiceAccount.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kServiceAccount[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "secrets", .type = "list<core.v1.ObjectReference>", .proto = 2, .list_type = "map", .list_map_keys = "name",
     .patch_strategy = "merge", .patch_merge_key = "name"},
    {.name = "imagePullSecrets", .type = "list<core.v1.LocalObjectReference>", .proto = 3, .list_type = "atomic"},
    {.name = "automountServiceAccountToken", .type = "bool", .proto = 4, .go = "*"},
};

constexpr FieldRow kServiceAccountList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.ServiceAccount>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.ServiceAccount", .fields = kServiceAccount, .doc = "An identity for processes that run in pods."},
    {.name = "core.v1.ServiceAccountList", .fields = kServiceAccountList},
};

}  // namespace

void add_core_v1_service_account(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "ServiceAccount"},
            .plural = "serviceaccounts",
            .singular = "serviceaccount",
            .list_kind = "ServiceAccountList",
            .verbs = all_verbs(),
            .short_names = {"sa"},
            .type_name = "core.v1.ServiceAccount",
            .storage_prefix = "serviceaccounts",
            .subresources =
                {
                    {.name = "token", .verbs = {"create"}, .kind = "TokenRequest", .group = "authentication.k8s.io", .version = "v1"},
                },
            .columns = service_account_columns(),
            .hooks = service_account_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
