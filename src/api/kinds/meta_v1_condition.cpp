// The condition that newer kinds share.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "observedGeneration", .type = "int64", .proto = 3},
    {.name = "lastTransitionTime", .type = "time", .proto = 4, .required = true},
    {.name = "reason", .type = "string", .proto = 5, .required = true, .default_json = R"("")"},
    {.name = "message", .type = "string", .proto = 6, .required = true, .default_json = R"("")"},
};

constexpr TypeRow kTypes[] = {
    {.name = "meta.v1.Condition", .fields = kCondition},
};

}  // namespace

std::span<const TypeRow> meta_v1_condition_types() { return kTypes; }

}  // namespace skiff::api::kinds
