// The answer that is no object: Status and its details.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kStatus[] = {
    kKindField,
    kApiVersionField,
    {.name = "metadata", .type = "meta.v1.ListMeta", .proto = 1, .default_json = "{}", .doc = "Standard metadata of the object."},
    {.name = "status", .type = "string", .proto = 2, .doc = "What is; written by the system."},
    {.name = "message", .type = "string", .proto = 3},
    {.name = "reason", .type = "string", .proto = 4, .go = "v1.StatusReason"},
    {.name = "details", .type = "meta.v1.StatusDetails", .proto = 5, .list_type = "atomic"},
    {.name = "code", .type = "int32", .proto = 6},
};

constexpr FieldRow kStatusDetails[] = {
    {.name = "name", .type = "string", .proto = 1},
    {.name = "group", .type = "string", .proto = 2},
    {.name = "kind", .type = "string", .proto = 3},
    {.name = "causes", .type = "list<meta.v1.StatusCause>", .proto = 4, .list_type = "atomic"},
    {.name = "retryAfterSeconds", .type = "int32", .proto = 5},
    {.name = "uid", .type = "string", .proto = 6, .go = "types.UID"},
};

constexpr FieldRow kStatusCause[] = {
    {.name = "reason", .type = "string", .proto = 1, .go = "v1.CauseType"},
    {.name = "message", .type = "string", .proto = 2},
    {.name = "field", .type = "string", .proto = 3},
};

constexpr TypeRow kTypes[] = {
    {.name = "meta.v1.Status", .fields = kStatus},
    {.name = "meta.v1.StatusDetails", .fields = kStatusDetails},
    {.name = "meta.v1.StatusCause", .fields = kStatusCause},
};

}  // namespace

std::span<const TypeRow> meta_v1_status_types() { return kTypes; }

}  // namespace skiff::api::kinds
