// v1 PersistentVolume.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kPersistentVolume[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "core.v1.PersistentVolumeSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "core.v1.PersistentVolumeStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kPersistentVolumeSpec[] = {
    {.name = "capacity", .type = "map<string,quantity>", .proto = 1},
    {.name = "gcePersistentDisk", .type = "core.v1.GCEPersistentDiskVolumeSource", .proto = {2, 1}},
    {.name = "awsElasticBlockStore", .type = "core.v1.AWSElasticBlockStoreVolumeSource", .proto = {2, 2}},
    {.name = "hostPath", .type = "core.v1.HostPathVolumeSource", .proto = {2, 3}},
    {.name = "glusterfs", .type = "core.v1.GlusterfsPersistentVolumeSource", .proto = {2, 4}},
    {.name = "nfs", .type = "core.v1.NFSVolumeSource", .proto = {2, 5}},
    {.name = "rbd", .type = "core.v1.RBDPersistentVolumeSource", .proto = {2, 6}},
    {.name = "iscsi", .type = "core.v1.ISCSIPersistentVolumeSource", .proto = {2, 7}},
    {.name = "cinder", .type = "core.v1.CinderPersistentVolumeSource", .proto = {2, 8}},
    {.name = "cephfs", .type = "core.v1.CephFSPersistentVolumeSource", .proto = {2, 9}},
    {.name = "fc", .type = "core.v1.FCVolumeSource", .proto = {2, 10}},
    {.name = "flocker", .type = "core.v1.FlockerVolumeSource", .proto = {2, 11}},
    {.name = "flexVolume", .type = "core.v1.FlexPersistentVolumeSource", .proto = {2, 12}},
    {.name = "azureFile", .type = "core.v1.AzureFilePersistentVolumeSource", .proto = {2, 13}},
    {.name = "vsphereVolume", .type = "core.v1.VsphereVirtualDiskVolumeSource", .proto = {2, 14}},
    {.name = "quobyte", .type = "core.v1.QuobyteVolumeSource", .proto = {2, 15}},
    {.name = "azureDisk", .type = "core.v1.AzureDiskVolumeSource", .proto = {2, 16}},
    {.name = "photonPersistentDisk", .type = "core.v1.PhotonPersistentDiskVolumeSource", .proto = {2, 17}},
    {.name = "portworxVolume", .type = "core.v1.PortworxVolumeSource", .proto = {2, 18}},
    {.name = "scaleIO", .type = "core.v1.ScaleIOPersistentVolumeSource", .proto = {2, 19}},
    {.name = "local", .type = "core.v1.LocalVolumeSource", .proto = {2, 20}},
    {.name = "storageos", .type = "core.v1.StorageOSPersistentVolumeSource", .proto = {2, 21}},
    {.name = "csi", .type = "core.v1.CSIPersistentVolumeSource", .proto = {2, 22}},
    {.name = "accessModes", .type = "list<string>", .proto = 3, .list_type = "atomic",
     .enum_values = "ReadOnlyMany,ReadWriteMany,ReadWriteOnce,ReadWriteOncePod", .go = "v1.PersistentVolumeAccessMode"},
    {.name = "claimRef", .type = "core.v1.ObjectReference", .proto = 4, .map_type = "granular"},
    {.name = "persistentVolumeReclaimPolicy", .type = "string", .proto = 5, .enum_values = "Delete,Recycle,Retain",
     .go = "v1.PersistentVolumeReclaimPolicy"},
    {.name = "storageClassName", .type = "string", .proto = 6},
    {.name = "mountOptions", .type = "list<string>", .proto = 7, .list_type = "atomic"},
    {.name = "volumeMode", .type = "string", .proto = 8, .enum_values = "Block,Filesystem", .go = "*v1.PersistentVolumeMode"},
    {.name = "nodeAffinity", .type = "core.v1.VolumeNodeAffinity", .proto = 9},
    {.name = "volumeAttributesClassName", .type = "string", .proto = 10, .go = "*"},
};

constexpr FieldRow kVolumeNodeAffinity[] = {
    {.name = "required", .type = "core.v1.NodeSelector", .proto = 1, .map_type = "atomic"},
};

constexpr FieldRow kPersistentVolumeStatus[] = {
    {.name = "phase", .type = "string", .proto = 1, .enum_values = "Available,Bound,Failed,Pending,Released",
     .go = "v1.PersistentVolumePhase"},
    {.name = "message", .type = "string", .proto = 2},
    {.name = "reason", .type = "string", .proto = 3},
    {.name = "lastPhaseTransitionTime", .type = "time", .proto = 4, .go = "*"},
};

constexpr FieldRow kPersistentVolumeList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.PersistentVolume>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.PersistentVolume", .fields = kPersistentVolume, .doc = "A piece of storage of the cluster, bound to at most one claim."},
    {.name = "core.v1.PersistentVolumeSpec", .fields = kPersistentVolumeSpec},
    {.name = "core.v1.VolumeNodeAffinity", .fields = kVolumeNodeAffinity},
    {.name = "core.v1.PersistentVolumeStatus", .fields = kPersistentVolumeStatus},
    {.name = "core.v1.PersistentVolumeList", .fields = kPersistentVolumeList},
};

}  // namespace

void add_core_v1_persistent_volume(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "PersistentVolume"},
            .plural = "persistentvolumes",
            .singular = "persistentvolume",
            .list_kind = "PersistentVolumeList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .short_names = {"pv"},
            .type_name = "core.v1.PersistentVolume",
            .has_status = true,
            .storage_prefix = "persistentvolumes",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "PersistentVolume"},
                },
            .columns = persistent_volume_columns(),
            .hooks = persistent_volume_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
