// v1 PersistentVolumeClaim.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kPersistentVolumeClaim[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "core.v1.PersistentVolumeClaimSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "core.v1.PersistentVolumeClaimStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kPersistentVolumeClaimSpec[] = {
    {.name = "accessModes", .type = "list<string>", .proto = 1, .list_type = "atomic",
     .enum_values = "ReadOnlyMany,ReadWriteMany,ReadWriteOnce,ReadWriteOncePod",
     .doc = "How the volume will be mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.",
     .go = "v1.PersistentVolumeAccessMode"},
    {.name = "resources", .type = "core.v1.VolumeResourceRequirements", .proto = 2, .default_json = "{}",
     .doc = "The least storage wanted."},
    {.name = "volumeName", .type = "string", .proto = 3, .doc = "The volume that is bound to it."},
    {.name = "selector", .type = "meta.v1.LabelSelector", .proto = 4, .map_type = "atomic", .doc = "Which objects belong to it."},
    {.name = "storageClassName", .type = "string", .proto = 5, .doc = "The StorageClass to use.", .go = "*"},
    {.name = "volumeMode", .type = "string", .proto = 6, .enum_values = "Block,Filesystem", .go = "*v1.PersistentVolumeMode"},
    {.name = "dataSource", .type = "core.v1.TypedLocalObjectReference", .proto = 7, .map_type = "atomic"},
    {.name = "dataSourceRef", .type = "core.v1.TypedObjectReference", .proto = 8},
    {.name = "volumeAttributesClassName", .type = "string", .proto = 9, .go = "*"},
};

constexpr FieldRow kVolumeResourceRequirements[] = {
    {.name = "limits", .type = "map<string,quantity>", .proto = 1},
    {.name = "requests", .type = "map<string,quantity>", .proto = 2},
};

constexpr FieldRow kPersistentVolumeClaimStatus[] = {
    {.name = "phase", .type = "string", .proto = 1, .enum_values = "Bound,Lost,Pending", .go = "v1.PersistentVolumeClaimPhase"},
    {.name = "accessModes", .type = "list<string>", .proto = 2, .list_type = "atomic",
     .enum_values = "ReadOnlyMany,ReadWriteMany,ReadWriteOnce,ReadWriteOncePod", .go = "v1.PersistentVolumeAccessMode"},
    {.name = "capacity", .type = "map<string,quantity>", .proto = 3},
    {.name = "conditions", .type = "list<core.v1.PersistentVolumeClaimCondition>", .proto = 4, .list_type = "map",
     .list_map_keys = "type", .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
    {.name = "allocatedResources", .type = "map<string,quantity>", .proto = 5},
    {.name = "allocatedResourceStatuses", .type = "map<string,string>", .proto = 7, .map_type = "granular",
     .go = "map[v1.ResourceName]v1.ClaimResourceStatus|v1.ClaimResourceStatus"},
    {.name = "currentVolumeAttributesClassName", .type = "string", .proto = 8, .go = "*"},
    {.name = "modifyVolumeStatus", .type = "core.v1.ModifyVolumeStatus", .proto = 9},
};

constexpr FieldRow kPersistentVolumeClaimCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")",
     .go = "v1.PersistentVolumeClaimConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastProbeTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "lastTransitionTime", .type = "time", .proto = 4, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 5},
    {.name = "message", .type = "string", .proto = 6},
};

constexpr FieldRow kModifyVolumeStatus[] = {
    {.name = "targetVolumeAttributesClassName", .type = "string", .proto = 1},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")",
     .enum_values = "InProgress,Infeasible,Pending", .doc = "What is; written by the system.",
     .go = "v1.PersistentVolumeClaimModifyVolumeStatus"},
};

constexpr FieldRow kPersistentVolumeClaimList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.PersistentVolumeClaim>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.PersistentVolumeClaim", .fields = kPersistentVolumeClaim, .doc = "A request for storage by a user of a namespace."},
    {.name = "core.v1.PersistentVolumeClaimSpec", .fields = kPersistentVolumeClaimSpec},
    {.name = "core.v1.VolumeResourceRequirements", .fields = kVolumeResourceRequirements},
    {.name = "core.v1.PersistentVolumeClaimStatus", .fields = kPersistentVolumeClaimStatus},
    {.name = "core.v1.PersistentVolumeClaimCondition", .fields = kPersistentVolumeClaimCondition},
    {.name = "core.v1.ModifyVolumeStatus", .fields = kModifyVolumeStatus},
    {.name = "core.v1.PersistentVolumeClaimList", .fields = kPersistentVolumeClaimList},
};

}  // namespace

void add_core_v1_persistent_volume_claim(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "PersistentVolumeClaim"},
            .plural = "persistentvolumeclaims",
            .singular = "persistentvolumeclaim",
            .list_kind = "PersistentVolumeClaimList",
            .verbs = all_verbs(),
            .short_names = {"pvc"},
            .type_name = "core.v1.PersistentVolumeClaim",
            .has_status = true,
            .storage_prefix = "persistentvolumeclaims",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "PersistentVolumeClaim"},
                },
            .columns = persistent_volume_claim_columns(),
            .hooks = persistent_volume_claim_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
