// autoscaling/v2 HorizontalPodAutoscaler.
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
    {.name = "spec", .type = "autoscaling.v2.HorizontalPodAutoscalerSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "autoscaling.v2.HorizontalPodAutoscalerStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kHorizontalPodAutoscalerSpec[] = {
    {.name = "scaleTargetRef", .type = "autoscaling.v2.CrossVersionObjectReference", .proto = 1, .required = true, .default_json = "{}"},
    {.name = "minReplicas", .type = "int32", .proto = 2, .go = "*"},
    {.name = "maxReplicas", .type = "int32", .proto = 3, .required = true, .default_json = "0"},
    {.name = "metrics", .type = "list<autoscaling.v2.MetricSpec>", .proto = 4, .list_type = "atomic"},
    {.name = "behavior", .type = "autoscaling.v2.HorizontalPodAutoscalerBehavior", .proto = 5},
};

constexpr FieldRow kCrossVersionObjectReference[] = {
    {.name = "kind", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "apiVersion", .type = "string", .proto = 3},
};

constexpr FieldRow kMetricSpec[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v2.MetricSourceType"},
    {.name = "object", .type = "autoscaling.v2.ObjectMetricSource", .proto = 2},
    {.name = "pods", .type = "autoscaling.v2.PodsMetricSource", .proto = 3},
    {.name = "resource", .type = "autoscaling.v2.ResourceMetricSource", .proto = 4},
    {.name = "external", .type = "autoscaling.v2.ExternalMetricSource", .proto = 5},
    {.name = "containerResource", .type = "autoscaling.v2.ContainerResourceMetricSource", .proto = 7},
};

constexpr FieldRow kObjectMetricSource[] = {
    {.name = "describedObject", .type = "autoscaling.v2.CrossVersionObjectReference", .proto = 1, .required = true, .default_json = "{}"},
    {.name = "target", .type = "autoscaling.v2.MetricTarget", .proto = 2, .required = true, .default_json = "{}"},
    {.name = "metric", .type = "autoscaling.v2.MetricIdentifier", .proto = 3, .required = true, .default_json = "{}"},
};

constexpr FieldRow kMetricTarget[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v2.MetricTargetType"},
    {.name = "value", .type = "quantity", .proto = 2, .go = "*"},
    {.name = "averageValue", .type = "quantity", .proto = 3, .go = "*"},
    {.name = "averageUtilization", .type = "int32", .proto = 4, .go = "*"},
};

constexpr FieldRow kMetricIdentifier[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "selector", .type = "meta.v1.LabelSelector", .proto = 2, .map_type = "atomic"},
};

constexpr FieldRow kPodsMetricSource[] = {
    {.name = "metric", .type = "autoscaling.v2.MetricIdentifier", .proto = 1, .required = true, .default_json = "{}"},
    {.name = "target", .type = "autoscaling.v2.MetricTarget", .proto = 2, .required = true, .default_json = "{}"},
};

constexpr FieldRow kResourceMetricSource[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.ResourceName"},
    {.name = "target", .type = "autoscaling.v2.MetricTarget", .proto = 2, .required = true, .default_json = "{}"},
};

constexpr FieldRow kExternalMetricSource[] = {
    {.name = "metric", .type = "autoscaling.v2.MetricIdentifier", .proto = 1, .required = true, .default_json = "{}"},
    {.name = "target", .type = "autoscaling.v2.MetricTarget", .proto = 2, .required = true, .default_json = "{}"},
};

constexpr FieldRow kContainerResourceMetricSource[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.ResourceName"},
    {.name = "target", .type = "autoscaling.v2.MetricTarget", .proto = 2, .required = true, .default_json = "{}"},
    {.name = "container", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kHorizontalPodAutoscalerBehavior[] = {
    {.name = "scaleUp", .type = "autoscaling.v2.HPAScalingRules", .proto = 1},
    {.name = "scaleDown", .type = "autoscaling.v2.HPAScalingRules", .proto = 2},
};

constexpr FieldRow kHPAScalingRules[] = {
    {.name = "selectPolicy", .type = "string", .proto = 1, .go = "*v2.ScalingPolicySelect"},
    {.name = "policies", .type = "list<autoscaling.v2.HPAScalingPolicy>", .proto = 2, .list_type = "atomic"},
    {.name = "stabilizationWindowSeconds", .type = "int32", .proto = 3, .go = "*"},
    {.name = "tolerance", .type = "quantity", .proto = 4, .go = "*"},
};

constexpr FieldRow kHPAScalingPolicy[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v2.HPAScalingPolicyType"},
    {.name = "value", .type = "int32", .proto = 2, .required = true, .default_json = "0"},
    {.name = "periodSeconds", .type = "int32", .proto = 3, .required = true, .default_json = "0"},
};

constexpr FieldRow kHorizontalPodAutoscalerStatus[] = {
    {.name = "observedGeneration", .type = "int64", .proto = 1, .doc = "The generation that this status is about.", .go = "*"},
    {.name = "lastScaleTime", .type = "time", .proto = 2, .go = "*"},
    {.name = "currentReplicas", .type = "int32", .proto = 3},
    {.name = "desiredReplicas", .type = "int32", .proto = 4, .required = true, .default_json = "0"},
    {.name = "currentMetrics", .type = "list<autoscaling.v2.MetricStatus>", .proto = 5, .list_type = "atomic", .absent = "null"},
    {.name = "conditions", .type = "list<autoscaling.v2.HorizontalPodAutoscalerCondition>", .proto = 6, .list_type = "map",
     .list_map_keys = "type", .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
};

constexpr FieldRow kMetricStatus[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v2.MetricSourceType"},
    {.name = "object", .type = "autoscaling.v2.ObjectMetricStatus", .proto = 2},
    {.name = "pods", .type = "autoscaling.v2.PodsMetricStatus", .proto = 3},
    {.name = "resource", .type = "autoscaling.v2.ResourceMetricStatus", .proto = 4},
    {.name = "external", .type = "autoscaling.v2.ExternalMetricStatus", .proto = 5},
    {.name = "containerResource", .type = "autoscaling.v2.ContainerResourceMetricStatus", .proto = 7},
};

constexpr FieldRow kObjectMetricStatus[] = {
    {.name = "metric", .type = "autoscaling.v2.MetricIdentifier", .proto = 1, .required = true, .default_json = "{}"},
    {.name = "current", .type = "autoscaling.v2.MetricValueStatus", .proto = 2, .required = true, .default_json = "{}"},
    {.name = "describedObject", .type = "autoscaling.v2.CrossVersionObjectReference", .proto = 3, .required = true, .default_json = "{}"},
};

constexpr FieldRow kMetricValueStatus[] = {
    {.name = "value", .type = "quantity", .proto = 1, .go = "*"},
    {.name = "averageValue", .type = "quantity", .proto = 2, .go = "*"},
    {.name = "averageUtilization", .type = "int32", .proto = 3, .go = "*"},
};

constexpr FieldRow kPodsMetricStatus[] = {
    {.name = "metric", .type = "autoscaling.v2.MetricIdentifier", .proto = 1, .required = true, .default_json = "{}"},
    {.name = "current", .type = "autoscaling.v2.MetricValueStatus", .proto = 2, .required = true, .default_json = "{}"},
};

constexpr FieldRow kResourceMetricStatus[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.ResourceName"},
    {.name = "current", .type = "autoscaling.v2.MetricValueStatus", .proto = 2, .required = true, .default_json = "{}"},
};

constexpr FieldRow kExternalMetricStatus[] = {
    {.name = "metric", .type = "autoscaling.v2.MetricIdentifier", .proto = 1, .required = true, .default_json = "{}"},
    {.name = "current", .type = "autoscaling.v2.MetricValueStatus", .proto = 2, .required = true, .default_json = "{}"},
};

constexpr FieldRow kContainerResourceMetricStatus[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.ResourceName"},
    {.name = "current", .type = "autoscaling.v2.MetricValueStatus", .proto = 2, .required = true, .default_json = "{}"},
    {.name = "container", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kHorizontalPodAutoscalerCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")",
     .go = "v2.HorizontalPodAutoscalerConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastTransitionTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 4},
    {.name = "message", .type = "string", .proto = 5},
};

constexpr FieldRow kHorizontalPodAutoscalerList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<autoscaling.v2.HorizontalPodAutoscaler>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "autoscaling.v2.HorizontalPodAutoscaler", .fields = kHorizontalPodAutoscaler, .doc = "Sets the number of replicas of a workload from metrics."},
    {.name = "autoscaling.v2.HorizontalPodAutoscalerSpec", .fields = kHorizontalPodAutoscalerSpec},
    {.name = "autoscaling.v2.CrossVersionObjectReference", .fields = kCrossVersionObjectReference},
    {.name = "autoscaling.v2.MetricSpec", .fields = kMetricSpec},
    {.name = "autoscaling.v2.ObjectMetricSource", .fields = kObjectMetricSource},
    {.name = "autoscaling.v2.MetricTarget", .fields = kMetricTarget},
    {.name = "autoscaling.v2.MetricIdentifier", .fields = kMetricIdentifier},
    {.name = "autoscaling.v2.PodsMetricSource", .fields = kPodsMetricSource},
    {.name = "autoscaling.v2.ResourceMetricSource", .fields = kResourceMetricSource},
    {.name = "autoscaling.v2.ExternalMetricSource", .fields = kExternalMetricSource},
    {.name = "autoscaling.v2.ContainerResourceMetricSource", .fields = kContainerResourceMetricSource},
    {.name = "autoscaling.v2.HorizontalPodAutoscalerBehavior", .fields = kHorizontalPodAutoscalerBehavior},
    {.name = "autoscaling.v2.HPAScalingRules", .fields = kHPAScalingRules},
    {.name = "autoscaling.v2.HPAScalingPolicy", .fields = kHPAScalingPolicy},
    {.name = "autoscaling.v2.HorizontalPodAutoscalerStatus", .fields = kHorizontalPodAutoscalerStatus},
    {.name = "autoscaling.v2.MetricStatus", .fields = kMetricStatus},
    {.name = "autoscaling.v2.ObjectMetricStatus", .fields = kObjectMetricStatus},
    {.name = "autoscaling.v2.MetricValueStatus", .fields = kMetricValueStatus},
    {.name = "autoscaling.v2.PodsMetricStatus", .fields = kPodsMetricStatus},
    {.name = "autoscaling.v2.ResourceMetricStatus", .fields = kResourceMetricStatus},
    {.name = "autoscaling.v2.ExternalMetricStatus", .fields = kExternalMetricStatus},
    {.name = "autoscaling.v2.ContainerResourceMetricStatus", .fields = kContainerResourceMetricStatus},
    {.name = "autoscaling.v2.HorizontalPodAutoscalerCondition", .fields = kHorizontalPodAutoscalerCondition},
    {.name = "autoscaling.v2.HorizontalPodAutoscalerList", .fields = kHorizontalPodAutoscalerList},
};

}  // namespace

void add_autoscaling_v2_horizontal_pod_autoscaler(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"autoscaling", "v2", "HorizontalPodAutoscaler"},
            .plural = "horizontalpodautoscalers",
            .singular = "horizontalpodautoscaler",
            .list_kind = "HorizontalPodAutoscalerList",
            .verbs = all_verbs(),
            .short_names = {"hpa"},
            .categories = {"all"},
            .type_name = "autoscaling.v2.HorizontalPodAutoscaler",
            .has_status = true,
            .storage_prefix = "autoscaling/horizontalpodautoscalers",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "HorizontalPodAutoscaler"},
                },
            .columns = horizontal_pod_autoscaler_columns(),
            .hooks = horizontal_pod_autoscaler_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
