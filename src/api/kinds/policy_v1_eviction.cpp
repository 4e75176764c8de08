// Eviction, the body of the eviction subresource of pods.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kEviction[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "deleteOptions", .type = "meta.v1.DeleteOptions", .proto = 2},
};

constexpr TypeRow kTypes[] = {
    {.name = "policy.v1.Eviction", .fields = kEviction, .doc = "Asks to evict a pod, within its disruption budgets."},
};

}  // namespace

std::span<const TypeRow> policy_v1_eviction_types() { return kTypes; }

}  // namespace skiff::api::kinds
