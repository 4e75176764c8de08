// Scale, the body of scale subresources.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kScale[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "autoscaling.v1.ScaleSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "autoscaling.v1.ScaleStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kScaleSpec[] = {
    {.name = "replicas", .type = "int32", .proto = 1, .default_json = "0", .doc = "Number of pods."},
};

constexpr FieldRow kScaleStatus[] = {
    {.name = "replicas", .type = "int32", .proto = 1, .required = true, .default_json = "0", .doc = "Number of pods."},
    {.name = "selector", .type = "string", .proto = 2, .doc = "Which objects belong to it."},
};

constexpr TypeRow kTypes[] = {
    {.name = "autoscaling.v1.Scale", .fields = kScale, .doc = "The number of replicas of a scalable object."},
    {.name = "autoscaling.v1.ScaleSpec", .fields = kScaleSpec},
    {.name = "autoscaling.v1.ScaleStatus", .fields = kScaleStatus},
};

}  // namespace

std::span<const TypeRow> autoscaling_v1_scale_types() { return kTypes; }

}  // namespace skiff::api::kinds
