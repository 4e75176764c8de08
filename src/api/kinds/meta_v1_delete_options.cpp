// What a delete request may carry.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kDeleteOptions[] = {
    kKindField,
    kApiVersionField,
    {.name = "gracePeriodSeconds", .type = "int64", .proto = 1, .go = "*"},
    {.name = "preconditions", .type = "meta.v1.Preconditions", .proto = 2},
    {.name = "orphanDependents", .type = "bool", .proto = 3, .go = "*"},
    {.name = "propagationPolicy", .type = "string", .proto = 4, .go = "*v1.DeletionPropagation"},
    {.name = "dryRun", .type = "list<string>", .proto = 5, .list_type = "atomic"},
    {.name = "ignoreStoreReadErrorWithClusterBreakingPotential", .type = "bool", .proto = 6, .go = "*"},
};

constexpr FieldRow kPreconditions[] = {
    {.name = "uid", .type = "string", .proto = 1, .go = "*types.UID"},
    {.name = "resourceVersion", .type = "string", .proto = 2, .go = "*"},
};

constexpr TypeRow kTypes[] = {
    {.name = "meta.v1.DeleteOptions", .fields = kDeleteOptions},
    {.name = "meta.v1.Preconditions", .fields = kPreconditions},
};

}  // namespace

std::span<const TypeRow> meta_v1_delete_options_types() { return kTypes; }

}  // namespace skiff::api::kinds
