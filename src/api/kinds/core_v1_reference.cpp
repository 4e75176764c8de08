// References from one object to another.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kLocalObjectReference[] = {
    {.name = "name", .type = "string", .proto = 1, .default_json = R"("")"},
};

constexpr FieldRow kObjectReference[] = {
    {.name = "kind", .type = "string", .proto = 1},
    {.name = "namespace", .type = "string", .proto = 2},
    {.name = "name", .type = "string", .proto = 3},
    {.name = "uid", .type = "string", .proto = 4, .go = "types.UID"},
    {.name = "apiVersion", .type = "string", .proto = 5},
    {.name = "resourceVersion", .type = "string", .proto = 6},
    {.name = "fieldPath", .type = "string", .proto = 7},
};

constexpr FieldRow kSecretReference[] = {
    {.name = "name", .type = "string", .proto = 1},
    {.name = "namespace", .type = "string", .proto = 2},
};

constexpr FieldRow kTypedLocalObjectReference[] = {
    {.name = "apiGroup", .type = "string", .proto = 1, .go = "*", .absent = "null"},
    {.name = "kind", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kTypedObjectReference[] = {
    {.name = "apiGroup", .type = "string", .proto = 1, .go = "*", .absent = "null"},
    {.name = "kind", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "namespace", .type = "string", .proto = 4, .go = "*"},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.LocalObjectReference", .fields = kLocalObjectReference},
    {.name = "core.v1.ObjectReference", .fields = kObjectReference},
    {.name = "core.v1.SecretReference", .fields = kSecretReference},
    {.name = "core.v1.TypedLocalObjectReference", .fields = kTypedLocalObjectReference},
    {.name = "core.v1.TypedObjectReference", .fields = kTypedObjectReference},
};

}  // namespace

std::span<const TypeRow> core_v1_reference_types() { return kTypes; }

}  // namespace skiff::api::kinds
