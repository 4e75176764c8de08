// Selectors over labels and fields.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kLabelSelector[] = {
    {.name = "matchLabels", .type = "map<string,string>", .proto = 1},
    {.name = "matchExpressions", .type = "list<meta.v1.LabelSelectorRequirement>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kLabelSelectorRequirement[] = {
    {.name = "key", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "operator", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.LabelSelectorOperator"},
    {.name = "values", .type = "list<string>", .proto = 3, .list_type = "atomic"},
};

constexpr FieldRow kFieldSelectorRequirement[] = {
    {.name = "key", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "operator", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.FieldSelectorOperator"},
    {.name = "values", .type = "list<string>", .proto = 3, .list_type = "atomic"},
};

constexpr TypeRow kTypes[] = {
    {.name = "meta.v1.LabelSelector", .fields = kLabelSelector, .doc = "A query over labels; its parts are joined by and."},
    {.name = "meta.v1.LabelSelectorRequirement", .fields = kLabelSelectorRequirement},
    {.name = "meta.v1.FieldSelectorRequirement", .fields = kFieldSelectorRequirement},
};

}  // namespace

std::span<const TypeRow> meta_v1_label_selector_types() { return kTypes; }

}  // namespace skiff::api::kinds
