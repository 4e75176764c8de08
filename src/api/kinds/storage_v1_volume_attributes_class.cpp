// storage.k8s.io/v1 VolumeAttributesClass.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kVolumeAttributesClass[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "driverName", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "parameters", .type = "map<string,string>", .proto = 3},
};

constexpr FieldRow kVolumeAttributesClassList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<storage.v1.VolumeAttributesClass>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "storage.v1.VolumeAttributesClass", .fields = kVolumeAttributesClass, .doc = "Attributes of volumes that may be changed later."},
    {.name = "storage.v1.VolumeAttributesClassList", .fields = kVolumeAttributesClassList},
};

}  // namespace

void add_storage_v1_volume_attributes_class(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"storage.k8s.io", "v1", "VolumeAttributesClass"},
            .plural = "volumeattributesclasses",
            .singular = "volumeattributesclass",
            .list_kind = "VolumeAttributesClassList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .short_names = {"vac"},
            .type_name = "storage.v1.VolumeAttributesClass",
            .storage_prefix = "storage.k8s.io/volumeattributesclasses",
            .columns = volume_attributes_class_columns(),
            .hooks = volume_attributes_class_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
