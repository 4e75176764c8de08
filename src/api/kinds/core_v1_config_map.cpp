// v1 ConfigMap.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kConfigMap[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "data", .type = "map<string,string>", .proto = 2, .doc = "Text values by key."},
    {.name = "binaryData", .type = "map<string,bytes>", .proto = 3, .doc = "Binary values by key, base64."},
    {.name = "immutable", .type = "bool", .proto = 4, .doc = "True: the data cannot be changed any more.", .go = "*"},
};

constexpr FieldRow kConfigMapList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.ConfigMap>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.ConfigMap", .fields = kConfigMap, .doc = "Configuration as keys and values, for pods to read as environment or files."},
    {.name = "core.v1.ConfigMapList", .fields = kConfigMapList},
};

}  // namespace

void add_core_v1_config_map(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "ConfigMap"},
            .plural = "configmaps",
            .singular = "configmap",
            .list_kind = "ConfigMapList",
            .verbs = all_verbs(),
            .short_names = {"cm"},
            .type_name = "core.v1.ConfigMap",
            .storage_prefix = "configmaps",
            .columns = config_map_columns(),
            .hooks = config_map_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
