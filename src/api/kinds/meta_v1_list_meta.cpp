// The metadata of lists, and the events of a watch.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kListMeta[] = {
    {.name = "selfLink", .type = "string", .proto = 1},
    {.name = "resourceVersion", .type = "string", .proto = 2},
    {.name = "continue", .type = "string", .proto = 3},
    {.name = "remainingItemCount", .type = "int64", .proto = 4, .go = "*"},
};

constexpr FieldRow kWatchEvent[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "object", .type = "any", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "meta.v1.ListMeta", .fields = kListMeta},
    {.name = "meta.v1.WatchEvent", .fields = kWatchEvent},
};

}  // namespace

std::span<const TypeRow> meta_v1_list_meta_types() { return kTypes; }

}  // namespace skiff::api::kinds
