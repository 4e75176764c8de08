// autoscaling/v1 HorizontalPodAutoscaler.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kHorizontalPodAutoscaler[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "autoscaling.v1.HorizontalPodAutoscalerSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "autoscaling.v1.HorizontalPodAutoscalerStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kHorizontalPodAutoscalerSpec[] = {
    {.name = "scaleTargetRef", .type = "autoscaling.v1.CrossVersionObjectReference", .proto = 1, .required = true, .default_json = "{}",
     .map_type = "atomic"},
    {.name = "minReplicas", .type = "int32", .proto = 2, .go = "*"},
    {.name = "maxReplicas", .type = "int32", .proto = 3, .required = true, .default_json = "0"},
    {.name = "targetCPUUtilizationPercentage", .type = "int32", .proto = 4, .go = "*"},
};

constexpr FieldRow kCrossVersionObjectReference[] = {
    {.name = "kind", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "apiVersion", .type = "string", .proto = 3},
};

constexpr FieldRow kHorizontalPodAutoscalerStatus[] = {
    {.name = "observedGeneration", .type = "int64", .proto = 1, .doc = "The generation that this status is about.", .go = "*"},
    {.name = "lastScaleTime", .type = "time", .proto = 2, .go = "*"},
    {.name = "currentReplicas", .type = "int32", .proto = 3, .required = true, .default_json = "0"},
    {.name = "desiredReplicas", .type = "int32", .proto = 4, .required = true, .default_json = "0"},
    {.name = "currentCPUUtilizationPercentage", .type = "int32", .proto = 5, .go = "*"},
};

constexpr FieldRow kHorizontalPodAutoscalerList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<autoscaling.v1.HorizontalPodAutoscaler>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "autoscaling.v1.HorizontalPodAutoscaler", .fields = kHorizontalPodAutoscaler, .doc = "Sets the number of replicas of a workload from metrics."},
    {.name = "autoscaling.v1.HorizontalPodAutoscalerSpec", .fields = kHorizontalPodAutoscalerSpec},
    {.name = "autoscaling.v1.CrossVersionObjectReference", .fields = kCrossVersionObjectReference},
    {.name = "autoscaling.v1.HorizontalPodAutoscalerStatus", .fields = kHorizontalPodAutoscalerStatus},
    {.name = "autoscaling.v1.HorizontalPodAutoscalerList", .fields = kHorizontalPodAutoscalerList},
};

}  // namespace

void add_autoscaling_v1_horizontal_pod_autoscaler(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"autoscaling", "v1", "HorizontalPodAutoscaler"},
            .plural = "horizontalpodautoscalers",
            .singular = "horizontalpodautoscaler",
            .list_kind = "HorizontalPodAutoscalerList",
            .verbs = all_verbs(),
            .short_names = {"hpa"},
            .categories = {"all"},
            .type_name = "autoscaling.v1.HorizontalPodAutoscaler",
            .has_status = true,
            .storage_prefix = "autoscaling/horizontalpodautoscalers",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "HorizontalPodAutoscaler"},
                },
            .columns = horizontal_pod_autoscaler_columns(),   // of an object in v2, as tables show it
            .hooks = horizontal_pod_autoscaler_v1_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
