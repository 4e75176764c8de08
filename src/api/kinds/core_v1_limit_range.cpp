// v1 LimitRange.
#include "api/kind_registry_builder.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kLimitRange[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "core.v1.LimitRangeSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kLimitRangeSpec[] = {
    {.name = "limits", .type = "list<core.v1.LimitRangeItem>", .proto = 1, .required = true, .list_type = "atomic"},
};

constexpr FieldRow kLimitRangeItem[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.LimitType"},
    {.name = "max", .type = "map<string,quantity>", .proto = 2},
    {.name = "min", .type = "map<string,quantity>", .proto = 3},
    {.name = "default", .type = "map<string,quantity>", .proto = 4},
    {.name = "defaultRequest", .type = "map<string,quantity>", .proto = 5},
    {.name = "maxLimitRequestRatio", .type = "map<string,quantity>", .proto = 6},
};

constexpr FieldRow kLimitRangeList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.LimitRange>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.LimitRange", .fields = kLimitRange, .doc = "Minimum, maximum and default resources of the pods, containers and claims of a namespace."},
    {.name = "core.v1.LimitRangeSpec", .fields = kLimitRangeSpec},
    {.name = "core.v1.LimitRangeItem", .fields = kLimitRangeItem},
    {.name = "core.v1.LimitRangeList", .fields = kLimitRangeList},
};

}  // namespace

void add_core_v1_limit_range(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "LimitRange"},
            .plural = "limitranges",
            .singular = "limitrange",
            .list_kind = "LimitRangeList",
            .verbs = all_verbs(),
            .short_names = {"limits"},
            .type_name = "core.v1.LimitRange",
            .storage_prefix = "limitranges",
            .hooks = limit_range_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
