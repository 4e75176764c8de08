// storage.k8s.io/v1 CSINode.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kCSINode[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "storage.v1.CSINodeSpec", .proto = 2, .required = true, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kCSINodeSpec[] = {
    {.name = "drivers", .type = "list<storage.v1.CSINodeDriver>", .proto = 1, .required = true, .list_type = "map",
     .list_map_keys = "name", .patch_strategy = "merge", .patch_merge_key = "name"},
};

constexpr FieldRow kCSINodeDriver[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "nodeID", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "topologyKeys", .type = "list<string>", .proto = 3, .list_type = "atomic", .absent = "null"},
    {.name = "allocatable", .type = "storage.v1.VolumeNodeResources", .proto = 4},
};

constexpr FieldRow kVolumeNodeResources[] = {
    {.name = "count", .type = "int32", .proto = 1, .go = "*"},
};

constexpr FieldRow kCSINodeList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<storage.v1.CSINode>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "storage.v1.CSINode", .fields = kCSINode, .doc = "The storage drivers that are installed on a node."},
    {.name = "storage.v1.CSINodeSpec", .fields = kCSINodeSpec},
    {.name = "storage.v1.CSINodeDriver", .fields = kCSINodeDriver},
    {.name = "storage.v1.VolumeNodeResources", .fields = kVolumeNodeResources},
    {.name = "storage.v1.CSINodeList", .fields = kCSINodeList},
};

}  // namespace

void add_storage_v1_csi_node(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"storage.k8s.io", "v1", "CSINode"},
            .plural = "csinodes",
            .singular = "csinode",
            .list_kind = "CSINodeList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "storage.v1.CSINode",
            .storage_prefix = "storage.k8s.io/csinodes",
            .columns = csi_node_columns(),
            .hooks = csi_node_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
