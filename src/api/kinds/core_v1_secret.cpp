// v1 Secret.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kSecret[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "data", .type = "map<string,bytes>", .proto = 2, .doc = "Values by key, base64."},
    {.name = "type", .type = "string", .proto = 3, .doc = "What the secret is for. Defaults to Opaque.", .go = "v1.SecretType"},
    {.name = "stringData", .type = "map<string,string>", .proto = 4, .doc = "Values as plain text; written into data, never returned."},
    {.name = "immutable", .type = "bool", .proto = 5, .doc = "True: the data cannot be changed any more.", .go = "*"},
};

constexpr FieldRow kSecretList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.Secret>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Secret", .fields = kSecret, .doc = "Sensitive data as keys and values; values are base64 in JSON."},
    {.name = "core.v1.SecretList", .fields = kSecretList},
};

}  // namespace

void add_core_v1_secret(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "Secret"},
            .plural = "secrets",
            .singular = "secret",
            .list_kind = "SecretList",
            .verbs = all_verbs(),
            .type_name = "core.v1.Secret",
            .storage_prefix = "secrets",
            .selectable_fields = {"type"},
            .columns = secret_columns(),
            .hooks = secret_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
