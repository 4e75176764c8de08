// Sources that only persistent volumes have.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kAzureFilePersistentVolumeSource[] = {
    {.name = "secretName", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "shareName", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "readOnly", .type = "bool", .proto = 3},
    {.name = "secretNamespace", .type = "string", .proto = 4, .go = "*", .absent = "null"},
};

constexpr FieldRow kCSIPersistentVolumeSource[] = {
    {.name = "driver", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "volumeHandle", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "readOnly", .type = "bool", .proto = 3},
    {.name = "fsType", .type = "string", .proto = 4},
    {.name = "volumeAttributes", .type = "map<string,string>", .proto = 5},
    {.name = "controllerPublishSecretRef", .type = "core.v1.SecretReference", .proto = 6, .map_type = "atomic"},
    {.name = "nodeStageSecretRef", .type = "core.v1.SecretReference", .proto = 7, .map_type = "atomic"},
    {.name = "nodePublishSecretRef", .type = "core.v1.SecretReference", .proto = 8, .map_type = "atomic"},
    {.name = "controllerExpandSecretRef", .type = "core.v1.SecretReference", .proto = 9, .map_type = "atomic"},
    {.name = "nodeExpandSecretRef", .type = "core.v1.SecretReference", .proto = 10, .map_type = "atomic"},
};

constexpr FieldRow kCephFSPersistentVolumeSource[] = {
    {.name = "monitors", .type = "list<string>", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "path", .type = "string", .proto = 2},
    {.name = "user", .type = "string", .proto = 3},
    {.name = "secretFile", .type = "string", .proto = 4},
    {.name = "secretRef", .type = "core.v1.SecretReference", .proto = 5, .map_type = "atomic"},
    {.name = "readOnly", .type = "bool", .proto = 6},
};

constexpr FieldRow kCinderPersistentVolumeSource[] = {
    {.name = "volumeID", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 2},
    {.name = "readOnly", .type = "bool", .proto = 3},
    {.name = "secretRef", .type = "core.v1.SecretReference", .proto = 4, .map_type = "atomic"},
};

constexpr FieldRow kFlexPersistentVolumeSource[] = {
    {.name = "driver", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 2},
    {.name = "secretRef", .type = "core.v1.SecretReference", .proto = 3, .map_type = "atomic"},
    {.name = "readOnly", .type = "bool", .proto = 4},
    {.name = "options", .type = "map<string,string>", .proto = 5},
};

constexpr FieldRow kGlusterfsPersistentVolumeSource[] = {
    {.name = "endpoints", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "path", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "readOnly", .type = "bool", .proto = 3},
    {.name = "endpointsNamespace", .type = "string", .proto = 4, .go = "*"},
};

constexpr FieldRow kISCSIPersistentVolumeSource[] = {
    {.name = "targetPortal", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "iqn", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "lun", .type = "int32", .proto = 3, .required = true, .default_json = "0"},
    {.name = "iscsiInterface", .type = "string", .proto = 4, .default_json = R"("default")"},
    {.name = "fsType", .type = "string", .proto = 5},
    {.name = "readOnly", .type = "bool", .proto = 6},
    {.name = "portals", .type = "list<string>", .proto = 7, .list_type = "atomic"},
    {.name = "chapAuthDiscovery", .type = "bool", .proto = 8},
    {.name = "secretRef", .type = "core.v1.SecretReference", .proto = 10, .map_type = "atomic"},
    {.name = "chapAuthSession", .type = "bool", .proto = 11},
    {.name = "initiatorName", .type = "string", .proto = 12, .go = "*"},
};

constexpr FieldRow kLocalVolumeSource[] = {
    {.name = "path", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 2, .go = "*"},
};

constexpr FieldRow kRBDPersistentVolumeSource[] = {
    {.name = "monitors", .type = "list<string>", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "image", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "fsType", .type = "string", .proto = 3},
    {.name = "pool", .type = "string", .proto = 4, .default_json = R"("rbd")"},
    {.name = "user", .type = "string", .proto = 5, .default_json = R"("admin")"},
    {.name = "keyring", .type = "string", .proto = 6, .default_json = R"("/etc/ceph/keyring")"},
    {.name = "secretRef", .type = "core.v1.SecretReference", .proto = 7, .map_type = "atomic"},
    {.name = "readOnly", .type = "bool", .proto = 8},
};

constexpr FieldRow kScaleIOPersistentVolumeSource[] = {
    {.name = "gateway", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "system", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "secretRef", .type = "core.v1.SecretReference", .proto = 3, .required = true, .map_type = "atomic"},
    {.name = "sslEnabled", .type = "bool", .proto = 4},
    {.name = "protectionDomain", .type = "string", .proto = 5},
    {.name = "storagePool", .type = "string", .proto = 6},
    {.name = "storageMode", .type = "string", .proto = 7, .default_json = R"("ThinProvisioned")"},
    {.name = "volumeName", .type = "string", .proto = 8},
    {.name = "fsType", .type = "string", .proto = 9, .default_json = R"("xfs")"},
    {.name = "readOnly", .type = "bool", .proto = 10},
};

constexpr FieldRow kStorageOSPersistentVolumeSource[] = {
    {.name = "volumeName", .type = "string", .proto = 1},
    {.name = "volumeNamespace", .type = "string", .proto = 2},
    {.name = "fsType", .type = "string", .proto = 3},
    {.name = "readOnly", .type = "bool", .proto = 4},
    {.name = "secretRef", .type = "core.v1.ObjectReference", .proto = 5, .map_type = "atomic"},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.AzureFilePersistentVolumeSource", .fields = kAzureFilePersistentVolumeSource},
    {.name = "core.v1.CSIPersistentVolumeSource", .fields = kCSIPersistentVolumeSource},
    {.name = "core.v1.CephFSPersistentVolumeSource", .fields = kCephFSPersistentVolumeSource},
    {.name = "core.v1.CinderPersistentVolumeSource", .fields = kCinderPersistentVolumeSource},
    {.name = "core.v1.FlexPersistentVolumeSource", .fields = kFlexPersistentVolumeSource},
    {.name = "core.v1.GlusterfsPersistentVolumeSource", .fields = kGlusterfsPersistentVolumeSource},
    {.name = "core.v1.ISCSIPersistentVolumeSource", .fields = kISCSIPersistentVolumeSource},
    {.name = "core.v1.LocalVolumeSource", .fields = kLocalVolumeSource},
    {.name = "core.v1.RBDPersistentVolumeSource", .fields = kRBDPersistentVolumeSource},
    {.name = "core.v1.ScaleIOPersistentVolumeSource", .fields = kScaleIOPersistentVolumeSource},
    {.name = "core.v1.StorageOSPersistentVolumeSource", .fields = kStorageOSPersistentVolumeSource},
};

}  // namespace

std::span<const TypeRow> core_v1_volume_persistent_types() { return kTypes; }

}  // namespace skiff::api::kinds
