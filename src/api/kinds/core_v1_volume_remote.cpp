// Sources of volumes on network storage, as pods and persistent volumes name them.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kAWSElasticBlockStoreVolumeSource[] = {
    {.name = "volumeID", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 2},
    {.name = "partition", .type = "int32", .proto = 3},
    {.name = "readOnly", .type = "bool", .proto = 4},
};

constexpr FieldRow kAzureDiskVolumeSource[] = {
    {.name = "diskName", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "diskURI", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "cachingMode", .type = "string", .proto = 3, .default_json = R"("ReadWrite")", .enum_values = "None,ReadOnly,ReadWrite",
     .go = "*v1.AzureDataDiskCachingMode"},
    {.name = "fsType", .type = "string", .proto = 4, .default_json = R"("ext4")", .go = "*"},
    {.name = "readOnly", .type = "bool", .proto = 5, .default_json = "false", .go = "*"},
    {.name = "kind", .type = "string", .proto = 6, .default_json = R"("Shared")", .enum_values = "Dedicated,Managed,Shared",
     .go = "*v1.AzureDataDiskKind"},
};

constexpr FieldRow kAzureFileVolumeSource[] = {
    {.name = "secretName", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "shareName", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "readOnly", .type = "bool", .proto = 3},
};

constexpr FieldRow kCSIVolumeSource[] = {
    {.name = "driver", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "readOnly", .type = "bool", .proto = 2, .go = "*"},
    {.name = "fsType", .type = "string", .proto = 3, .go = "*"},
    {.name = "volumeAttributes", .type = "map<string,string>", .proto = 4},
    {.name = "nodePublishSecretRef", .type = "core.v1.LocalObjectReference", .proto = 5, .map_type = "atomic"},
};

constexpr FieldRow kCephFSVolumeSource[] = {
    {.name = "monitors", .type = "list<string>", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "path", .type = "string", .proto = 2},
    {.name = "user", .type = "string", .proto = 3},
    {.name = "secretFile", .type = "string", .proto = 4},
    {.name = "secretRef", .type = "core.v1.LocalObjectReference", .proto = 5, .map_type = "atomic"},
    {.name = "readOnly", .type = "bool", .proto = 6},
};

constexpr FieldRow kCinderVolumeSource[] = {
    {.name = "volumeID", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 2},
    {.name = "readOnly", .type = "bool", .proto = 3},
    {.name = "secretRef", .type = "core.v1.LocalObjectReference", .proto = 4, .map_type = "atomic"},
};

constexpr FieldRow kFCVolumeSource[] = {
    {.name = "targetWWNs", .type = "list<string>", .proto = 1, .list_type = "atomic"},
    {.name = "lun", .type = "int32", .proto = 2, .go = "*"},
    {.name = "fsType", .type = "string", .proto = 3},
    {.name = "readOnly", .type = "bool", .proto = 4},
    {.name = "wwids", .type = "list<string>", .proto = 5, .list_type = "atomic"},
};

constexpr FieldRow kFlexVolumeSource[] = {
    {.name = "driver", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 2},
    {.name = "secretRef", .type = "core.v1.LocalObjectReference", .proto = 3, .map_type = "atomic"},
    {.name = "readOnly", .type = "bool", .proto = 4},
    {.name = "options", .type = "map<string,string>", .proto = 5},
};

constexpr FieldRow kFlockerVolumeSource[] = {
    {.name = "datasetName", .type = "string", .proto = 1},
    {.name = "datasetUUID", .type = "string", .proto = 2},
};

constexpr FieldRow kGCEPersistentDiskVolumeSource[] = {
    {.name = "pdName", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 2},
    {.name = "partition", .type = "int32", .proto = 3},
    {.name = "readOnly", .type = "bool", .proto = 4},
};

constexpr FieldRow kGitRepoVolumeSource[] = {
    {.name = "repository", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "revision", .type = "string", .proto = 2},
    {.name = "directory", .type = "string", .proto = 3},
};

constexpr FieldRow kGlusterfsVolumeSource[] = {
    {.name = "endpoints", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "path", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "readOnly", .type = "bool", .proto = 3},
};

constexpr FieldRow kISCSIVolumeSource[] = {
    {.name = "targetPortal", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "iqn", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "lun", .type = "int32", .proto = 3, .required = true, .default_json = "0"},
    {.name = "iscsiInterface", .type = "string", .proto = 4, .default_json = R"("default")"},
    {.name = "fsType", .type = "string", .proto = 5},
    {.name = "readOnly", .type = "bool", .proto = 6},
    {.name = "portals", .type = "list<string>", .proto = 7, .list_type = "atomic"},
    {.name = "chapAuthDiscovery", .type = "bool", .proto = 8},
    {.name = "secretRef", .type = "core.v1.LocalObjectReference", .proto = 10, .map_type = "atomic"},
    {.name = "chapAuthSession", .type = "bool", .proto = 11},
    {.name = "initiatorName", .type = "string", .proto = 12, .go = "*"},
};

constexpr FieldRow kNFSVolumeSource[] = {
    {.name = "server", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "path", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "readOnly", .type = "bool", .proto = 3},
};

constexpr FieldRow kPhotonPersistentDiskVolumeSource[] = {
    {.name = "pdID", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 2},
};

constexpr FieldRow kPortworxVolumeSource[] = {
    {.name = "volumeID", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 2},
    {.name = "readOnly", .type = "bool", .proto = 3},
};

constexpr FieldRow kQuobyteVolumeSource[] = {
    {.name = "registry", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "volume", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "readOnly", .type = "bool", .proto = 3},
    {.name = "user", .type = "string", .proto = 4},
    {.name = "group", .type = "string", .proto = 5},
    {.name = "tenant", .type = "string", .proto = 6},
};

constexpr FieldRow kRBDVolumeSource[] = {
    {.name = "monitors", .type = "list<string>", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "image", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 3},
    {.name = "pool", .type = "string", .proto = 4, .default_json = R"("rbd")"},
    {.name = "user", .type = "string", .proto = 5, .default_json = R"("admin")"},
    {.name = "keyring", .type = "string", .proto = 6, .default_json = R"("/etc/ceph/keyring")"},
    {.name = "secretRef", .type = "core.v1.LocalObjectReference", .proto = 7, .map_type = "atomic"},
    {.name = "readOnly", .type = "bool", .proto = 8},
};

constexpr FieldRow kScaleIOVolumeSource[] = {
    {.name = "gateway", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "system", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "secretRef", .type = "core.v1.LocalObjectReference", .proto = 3, .required = true, .map_type = "atomic"},
    {.name = "sslEnabled", .type = "bool", .proto = 4},
    {.name = "protectionDomain", .type = "string", .proto = 5},
    {.name = "storagePool", .type = "string", .proto = 6},
    {.name = "storageMode", .type = "string", .proto = 7, .default_json = R"("ThinProvisioned")"},
    {.name = "volumeName", .type = "string", .proto = 8},
    {.name = "fsType", .type = "string", .proto = 9, .default_json = R"("xfs")"},
    {.name = "readOnly", .type = "bool", .proto = 10},
};

constexpr FieldRow kStorageOSVolumeSource[] = {
    {.name = "volumeName", .type = "string", .proto = 1},
    {.name = "volumeNamespace", .type = "string", .proto = 2},
    {.name = "fsType", .type = "string", .proto = 3},
    {.name = "readOnly", .type = "bool", .proto = 4},
    {.name = "secretRef", .type = "core.v1.LocalObjectReference", .proto = 5, .map_type = "atomic"},
};

constexpr FieldRow kVsphereVirtualDiskVolumeSource[] = {
    {.name = "volumePath", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 2},
    {.name = "storagePolicyName", .type = "string", .proto = 3},
    {.name = "storagePolicyID", .type = "string", .proto = 4},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.AWSElasticBlockStoreVolumeSource", .fields = kAWSElasticBlockStoreVolumeSource},
    {.name = "core.v1.AzureDiskVolumeSource", .fields = kAzureDiskVolumeSource},
    {.name = "core.v1.AzureFileVolumeSource", .fields = kAzureFileVolumeSource},
    {.name = "core.v1.CSIVolumeSource", .fields = kCSIVolumeSource},
    {.name = "core.v1.CephFSVolumeSource", .fields = kCephFSVolumeSource},
    {.name = "core.v1.CinderVolumeSource", .fields = kCinderVolumeSource},
    {.name = "core.v1.FCVolumeSource", .fields = kFCVolumeSource},
    {.name = "core.v1.FlexVolumeSource", .fields = kFlexVolumeSource},
    {.name = "core.v1.FlockerVolumeSource", .fields = kFlockerVolumeSource},
    {.name = "core.v1.GCEPersistentDiskVolumeSource", .fields = kGCEPersistentDiskVolumeSource},
    {.name = "core.v1.GitRepoVolumeSource", .fields = kGitRepoVolumeSource},
    {.name = "core.v1.GlusterfsVolumeSource", .fields = kGlusterfsVolumeSource},
    {.name = "core.v1.ISCSIVolumeSource", .fields = kISCSIVolumeSource},
    {.name = "core.v1.NFSVolumeSource", .fields = kNFSVolumeSource},
    {.name = "core.v1.PhotonPersistentDiskVolumeSource", .fields = kPhotonPersistentDiskVolumeSource},
    {.name = "core.v1.PortworxVolumeSource", .fields = kPortworxVolumeSource},
    {.name = "core.v1.QuobyteVolumeSource", .fields = kQuobyteVolumeSource},
    {.name = "core.v1.RBDVolumeSource", .fields = kRBDVolumeSource},
    {.name = "core.v1.ScaleIOVolumeSource", .fields = kScaleIOVolumeSource},
    {.name = "core.v1.StorageOSVolumeSource", .fields = kStorageOSVolumeSource},
    {.name = "core.v1.VsphereVirtualDiskVolumeSource", .fields = kVsphereVirtualDiskVolumeSource},
};

}  // namespace

std::span<const TypeRow> core_v1_volume_remote_types() { return kTypes; }

}  // namespace skiff::api::kinds
