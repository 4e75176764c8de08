// Volumes of pods and the sources that live in the cluster.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kVolume[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "hostPath", .type = "core.v1.HostPathVolumeSource", .proto = {2, 1}},
    {.name = "emptyDir", .type = "core.v1.EmptyDirVolumeSource", .proto = {2, 2}},
    {.name = "gcePersistentDisk", .type = "core.v1.GCEPersistentDiskVolumeSource", .proto = {2, 3}},
    {.name = "awsElasticBlockStore", .type = "core.v1.AWSElasticBlockStoreVolumeSource", .proto = {2, 4}},
    {.name = "gitRepo", .type = "core.v1.GitRepoVolumeSource", .proto = {2, 5}},
    {.name = "secret", .type = "core.v1.SecretVolumeSource", .proto = {2, 6}},
    {.name = "nfs", .type = "core.v1.NFSVolumeSource", .proto = {2, 7}},
    {.name = "iscsi", .type = "core.v1.ISCSIVolumeSource", .proto = {2, 8}},
    {.name = "glusterfs", .type = "core.v1.GlusterfsVolumeSource", .proto = {2, 9}},
    {.name = "persistentVolumeClaim", .type = "core.v1.PersistentVolumeClaimVolumeSource", .proto = {2, 10}},
    {.name = "rbd", .type = "core.v1.RBDVolumeSource", .proto = {2, 11}},
    {.name = "flexVolume", .type = "core.v1.FlexVolumeSource", .proto = {2, 12}},
    {.name = "cinder", .type = "core.v1.CinderVolumeSource", .proto = {2, 13}},
    {.name = "cephfs", .type = "core.v1.CephFSVolumeSource", .proto = {2, 14}},
    {.name = "flocker", .type = "core.v1.FlockerVolumeSource", .proto = {2, 15}},
    {.name = "downwardAPI", .type = "core.v1.DownwardAPIVolumeSource", .proto = {2, 16}},
    {.name = "fc", .type = "core.v1.FCVolumeSource", .proto = {2, 17}},
    {.name = "azureFile", .type = "core.v1.AzureFileVolumeSource", .proto = {2, 18}},
    {.name = "configMap", .type = "core.v1.ConfigMapVolumeSource", .proto = {2, 19}},
    {.name = "vsphereVolume", .type = "core.v1.VsphereVirtualDiskVolumeSource", .proto = {2, 20}},
    {.name = "quobyte", .type = "core.v1.QuobyteVolumeSource", .proto = {2, 21}},
    {.name = "azureDisk", .type = "core.v1.AzureDiskVolumeSource", .proto = {2, 22}},
    {.name = "photonPersistentDisk", .type = "core.v1.PhotonPersistentDiskVolumeSource", .proto = {2, 23}},
    {.name = "portworxVolume", .type = "core.v1.PortworxVolumeSource", .proto = {2, 24}},
    {.name = "scaleIO", .type = "core.v1.ScaleIOVolumeSource", .proto = {2, 25}},
    {.name = "projected", .type = "core.v1.ProjectedVolumeSource", .proto = {2, 26}},
    {.name = "storageos", .type = "core.v1.StorageOSVolumeSource", .proto = {2, 27}},
    {.name = "csi", .type = "core.v1.CSIVolumeSource", .proto = {2, 28}},
    {.name = "ephemeral", .type = "core.v1.EphemeralVolumeSource", .proto = {2, 29}},
    {.name = "image", .type = "core.v1.ImageVolumeSource", .proto = {2, 30}},
};

constexpr FieldRow kConfigMapVolumeSource[] = {
    {.name = "name", .type = "string", .proto = {1, 1}, .default_json = R"("")"},
    {.name = "items", .type = "list<core.v1.KeyToPath>", .proto = 2, .list_type = "atomic"},
    {.name = "defaultMode", .type = "int32", .proto = 3, .go = "*"},
    {.name = "optional", .type = "bool", .proto = 4, .go = "*"},
};

constexpr FieldRow kSecretVolumeSource[] = {
    {.name = "secretName", .type = "string", .proto = 1},
    {.name = "items", .type = "list<core.v1.KeyToPath>", .proto = 2, .list_type = "atomic"},
    {.name = "defaultMode", .type = "int32", .proto = 3, .go = "*"},
    {.name = "optional", .type = "bool", .proto = 4, .go = "*"},
};

constexpr FieldRow kKeyToPath[] = {
    {.name = "key", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "path", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "mode", .type = "int32", .proto = 3, .go = "*"},
};

constexpr FieldRow kDownwardAPIVolumeSource[] = {
    {.name = "items", .type = "list<core.v1.DownwardAPIVolumeFile>", .proto = 1, .list_type = "atomic"},
    {.name = "defaultMode", .type = "int32", .proto = 2, .go = "*"},
};

constexpr FieldRow kDownwardAPIVolumeFile[] = {
    {.name = "path", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "fieldRef", .type = "core.v1.ObjectFieldSelector", .proto = 2, .map_type = "atomic"},
    {.name = "resourceFieldRef", .type = "core.v1.ResourceFieldSelector", .proto = 3, .map_type = "atomic"},
    {.name = "mode", .type = "int32", .proto = 4, .go = "*"},
};

constexpr FieldRow kEmptyDirVolumeSource[] = {
    {.name = "medium", .type = "string", .proto = 1, .go = "v1.StorageMedium"},
    {.name = "sizeLimit", .type = "quantity", .proto = 2, .go = "*"},
};

constexpr FieldRow kHostPathVolumeSource[] = {
    {.name = "path", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "type", .type = "string", .proto = 2,
     .enum_values = ",BlockDevice,CharDevice,Directory,DirectoryOrCreate,File,FileOrCreate,Socket", .go = "*v1.HostPathType"},
};

constexpr FieldRow kPersistentVolumeClaimVolumeSource[] = {
    {.name = "claimName", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "readOnly", .type = "bool", .proto = 2},
};

constexpr FieldRow kEphemeralVolumeSource[] = {
    {.name = "volumeClaimTemplate", .type = "core.v1.PersistentVolumeClaimTemplate", .proto = 1},
};

constexpr FieldRow kPersistentVolumeClaimTemplate[] = {
    kMetadataField,
    {.name = "spec", .type = "core.v1.PersistentVolumeClaimSpec", .proto = 2, .required = true, .default_json = "{}"},
};

constexpr FieldRow kImageVolumeSource[] = {
    {.name = "reference", .type = "string", .proto = 1},
    {.name = "pullPolicy", .type = "string", .proto = 2, .enum_values = "Always,IfNotPresent,Never", .go = "v1.PullPolicy"},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Volume", .fields = kVolume, .doc = "Storage that containers of the pod can mount. Exactly one source is set."},
    {.name = "core.v1.ConfigMapVolumeSource", .fields = kConfigMapVolumeSource},
    {.name = "core.v1.SecretVolumeSource", .fields = kSecretVolumeSource},
    {.name = "core.v1.KeyToPath", .fields = kKeyToPath},
    {.name = "core.v1.DownwardAPIVolumeSource", .fields = kDownwardAPIVolumeSource},
    {.name = "core.v1.DownwardAPIVolumeFile", .fields = kDownwardAPIVolumeFile},
    {.name = "core.v1.EmptyDirVolumeSource", .fields = kEmptyDirVolumeSource},
    {.name = "core.v1.HostPathVolumeSource", .fields = kHostPathVolumeSource},
    {.name = "core.v1.PersistentVolumeClaimVolumeSource", .fields = kPersistentVolumeClaimVolumeSource},
    {.name = "core.v1.EphemeralVolumeSource", .fields = kEphemeralVolumeSource},
    {.name = "core.v1.PersistentVolumeClaimTemplate", .fields = kPersistentVolumeClaimTemplate},
    {.name = "core.v1.ImageVolumeSource", .fields = kImageVolumeSource},
};

}  // namespace

std::span<const TypeRow> core_v1_volume_types() { return kTypes; }

}  // namespace skiff::api::kinds
