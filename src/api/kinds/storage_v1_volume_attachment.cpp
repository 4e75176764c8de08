// storage.k8s.io/v1 VolumeAttachment.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kVolumeAttachment[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "storage.v1.VolumeAttachmentSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
    {.name = "status", .type = "storage.v1.VolumeAttachmentStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kVolumeAttachmentSpec[] = {
    {.name = "attacher", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "source", .type = "storage.v1.VolumeAttachmentSource", .proto = 2, .required = true, .default_json = "{}"},
    {.name = "nodeName", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kVolumeAttachmentSource[] = {
    {.name = "persistentVolumeName", .type = "string", .proto = 1, .go = "*"},
    {.name = "inlineVolumeSpec", .type = "core.v1.PersistentVolumeSpec", .proto = 2},
};

constexpr FieldRow kVolumeAttachmentStatus[] = {
    {.name = "attached", .type = "bool", .proto = 1, .required = true, .default_json = "false"},
    {.name = "attachmentMetadata", .type = "map<string,string>", .proto = 2},
    {.name = "attachError", .type = "storage.v1.VolumeError", .proto = 3},
    {.name = "detachError", .type = "storage.v1.VolumeError", .proto = 4},
};

constexpr FieldRow kVolumeError[] = {
    {.name = "time", .type = "time", .proto = 1, .absent = "null"},
    {.name = "message", .type = "string", .proto = 2},
    {.name = "errorCode", .type = "int32", .proto = 3, .go = "*"},
};

constexpr FieldRow kVolumeAttachmentList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<storage.v1.VolumeAttachment>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "storage.v1.VolumeAttachment", .fields = kVolumeAttachment, .doc = "The intent to attach a volume to a node, and how far that is."},
    {.name = "storage.v1.VolumeAttachmentSpec", .fields = kVolumeAttachmentSpec},
    {.name = "storage.v1.VolumeAttachmentSource", .fields = kVolumeAttachmentSource},
    {.name = "storage.v1.VolumeAttachmentStatus", .fields = kVolumeAttachmentStatus},
    {.name = "storage.v1.VolumeError", .fields = kVolumeError},
    {.name = "storage.v1.VolumeAttachmentList", .fields = kVolumeAttachmentList},
};

}  // namespace

void add_storage_v1_volume_attachment(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"storage.k8s.io", "v1", "VolumeAttachment"},
            .plural = "volumeattachments",
            .singular = "volumeattachment",
            .list_kind = "VolumeAttachmentList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "storage.v1.VolumeAttachment",
            .has_status = true,
            .storage_prefix = "storage.k8s.io/volumeattachments",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "VolumeAttachment"},
                },
            .columns = volume_attachment_columns(),
            .hooks = volume_attachment_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
