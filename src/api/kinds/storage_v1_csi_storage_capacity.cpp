// storage.k8s.io/v1 CSIStorageCapacity.
#include "api/kind_registry_builder.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kCSIStorageCapacity[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "nodeTopology", .type = "meta.v1.LabelSelector", .proto = 2, .map_type = "atomic"},
    {.name = "storageClassName", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "capacity", .type = "quantity", .proto = 4, .go = "*"},
    {.name = "maximumVolumeSize", .type = "quantity", .proto = 5, .go = "*"},
};

constexpr FieldRow kCSIStorageCapacityList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<storage.v1.CSIStorageCapacity>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "storage.v1.CSIStorageCapacity", .fields = kCSIStorageCapacity, .doc = "How much storage of a class is left in a part of the cluster."},
    {.name = "storage.v1.CSIStorageCapacityList", .fields = kCSIStorageCapacityList},
};

}  // namespace

void add_storage_v1_csi_storage_capacity(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"storage.k8s.io", "v1", "CSIStorageCapacity"},
            .plural = "csistoragecapacities",
            .singular = "csistoragecapacity",
            .list_kind = "CSIStorageCapacityList",
            .verbs = all_verbs(),
            .type_name = "storage.v1.CSIStorageCapacity",
            .storage_prefix = "storage.k8s.io/csistoragecapacities",
            .hooks = csi_storage_capacity_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
