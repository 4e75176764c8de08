// The metadata that every stored object has.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kObjectMeta[] = {
    {.name = "name", .type = "string", .proto = 1, .doc = "The name; unique in the namespace, cannot be changed."},
    {.name = "generateName", .type = "string", .proto = 2, .doc = "A prefix from which the server makes a unique name."},
    {.name = "namespace", .type = "string", .proto = 3, .doc = "The namespace of the object."},
    {.name = "selfLink", .type = "string", .proto = 4},
    {.name = "uid", .type = "string", .proto = 5, .doc = "Unique in time and space; set by the server.", .go = "types.UID"},
    {.name = "resourceVersion", .type = "string", .proto = 6, .doc = "Changes with each change of the object; an opaque text."},
    {.name = "generation", .type = "int64", .proto = 7, .doc = "Counts the changes of what is wanted."},
    {.name = "creationTimestamp", .type = "time", .proto = 8, .doc = "CreationTimestamp is a timestamp of when the server made the object."},
    {.name = "deletionTimestamp", .type = "time", .proto = 9, .doc = "When the object will go, once deletion was asked for.", .go = "*"},
    {.name = "deletionGracePeriodSeconds", .type = "int64", .proto = 10, .doc = "Seconds of the graceful deletion.", .go = "*"},
    {.name = "labels", .type = "map<string,string>", .proto = 11, .doc = "Keys and values to select objects by."},
    {.name = "annotations", .type = "map<string,string>", .proto = 12, .doc = "Keys and values for tools; not for selection."},
    {.name = "ownerReferences", .type = "list<meta.v1.OwnerReference>", .proto = 13, .list_type = "map", .list_map_keys = "uid",
     .patch_strategy = "merge", .patch_merge_key = "uid", .doc = "The objects this one depends on; when all are gone it is collected."},
    {.name = "finalizers", .type = "list<string>", .proto = 14, .list_type = "set", .patch_strategy = "merge",
     .doc = "The object goes only when this list is empty."},
    {.name = "managedFields", .type = "list<meta.v1.ManagedFieldsEntry>", .proto = 17, .list_type = "atomic",
     .doc = "Who manages which fields."},
};

constexpr FieldRow kOwnerReference[] = {
    {.name = "kind", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "uid", .type = "string", .proto = 4, .required = true, .default_json = R"("")", .go = "types.UID"},
    {.name = "apiVersion", .type = "string", .proto = 5, .required = true, .default_json = R"("")"},
    {.name = "controller", .type = "bool", .proto = 6, .go = "*"},
    {.name = "blockOwnerDeletion", .type = "bool", .proto = 7, .go = "*"},
};

constexpr FieldRow kManagedFieldsEntry[] = {
    {.name = "manager", .type = "string", .proto = 1},
    {.name = "operation", .type = "string", .proto = 2, .go = "v1.ManagedFieldsOperationType"},
    {.name = "apiVersion", .type = "string", .proto = 3},
    {.name = "time", .type = "time", .proto = 4, .go = "*"},
    {.name = "fieldsType", .type = "string", .proto = 6},
    {.name = "fieldsV1", .type = "any", .proto = 7},
    {.name = "subresource", .type = "string", .proto = 8},
};

constexpr TypeRow kTypes[] = {
    {.name = "meta.v1.ObjectMeta", .fields = kObjectMeta, .doc = "What every stored object has: names, labels, owners, versions."},
    {.name = "meta.v1.OwnerReference", .fields = kOwnerReference, .atomic = true},
    {.name = "meta.v1.ManagedFieldsEntry", .fields = kManagedFieldsEntry},
};

}  // namespace

std::span<const TypeRow> meta_v1_object_meta_types() { return kTypes; }

}  // namespace skiff::api::kinds
