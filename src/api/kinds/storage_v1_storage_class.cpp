// storage.k8s.io/v1 StorageClass.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kStorageClass[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "provisioner", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "parameters", .type = "map<string,string>", .proto = 3},
    {.name = "reclaimPolicy", .type = "string", .proto = 4, .enum_values = "Delete,Recycle,Retain",
     .go = "*v1.PersistentVolumeReclaimPolicy"},
    {.name = "mountOptions", .type = "list<string>", .proto = 5, .list_type = "atomic"},
    {.name = "allowVolumeExpansion", .type = "bool", .proto = 6, .go = "*"},
    {.name = "volumeBindingMode", .type = "string", .proto = 7, .enum_values = "Immediate,WaitForFirstConsumer",
     .go = "*v1.VolumeBindingMode"},
    {.name = "allowedTopologies", .type = "list<core.v1.TopologySelectorTerm>", .proto = 8, .list_type = "atomic"},
};

constexpr FieldRow kStorageClassList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<storage.v1.StorageClass>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "storage.v1.StorageClass", .fields = kStorageClass, .doc = "How volumes of a class are made."},
    {.name = "storage.v1.StorageClassList", .fields = kStorageClassList},
};

}  // namespace

void add_storage_v1_storage_class(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"storage.k8s.io", "v1", "StorageClass"},
            .plural = "storageclasses",
            .singular = "storageclass",
            .list_kind = "StorageClassList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .short_names = {"sc"},
            .type_name = "storage.v1.StorageClass",
            .storage_prefix = "storage.k8s.io/storageclasses",
            .columns = storage_class_columns(),
            .hooks = storage_class_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
