// metrics.k8s.io/v1beta1 NodeMetrics and PodMetrics: what `kubectl top` and autoscalers read. Nothing is stored: embedded/metrics answers.
#include "api/kind_registry_builder.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kNodeMetrics[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "timestamp", .type = "time", .proto = 2, .required = true, .doc = "The end of the interval in which the usage was measured."},
    {.name = "window", .type = "duration", .proto = 3, .required = true, .doc = "The length of that interval."},
    {.name = "usage", .type = "map<string,quantity>", .proto = 4, .required = true, .doc = "The memory in use is the working set."},
};

constexpr FieldRow kNodeMetricsList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<metrics.v1beta1.NodeMetrics>", .proto = 2, .required = true},
};

constexpr FieldRow kContainerMetrics[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "usage", .type = "map<string,quantity>", .proto = 2, .required = true},
};

constexpr FieldRow kPodMetrics[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "timestamp", .type = "time", .proto = 2, .required = true, .doc = "The end of the interval in which the usage was measured."},
    {.name = "window", .type = "duration", .proto = 3, .required = true, .doc = "The length of that interval."},
    {.name = "containers", .type = "list<metrics.v1beta1.ContainerMetrics>", .proto = 4, .required = true},
};

constexpr FieldRow kPodMetricsList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<metrics.v1beta1.PodMetrics>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "metrics.v1beta1.NodeMetrics", .fields = kNodeMetrics, .doc = "Resource usage of a node."},
    {.name = "metrics.v1beta1.NodeMetricsList", .fields = kNodeMetricsList},
    {.name = "metrics.v1beta1.ContainerMetrics", .fields = kContainerMetrics, .doc = "Resource usage of a container."},
    {.name = "metrics.v1beta1.PodMetrics", .fields = kPodMetrics, .doc = "Resource usage of a pod."},
    {.name = "metrics.v1beta1.PodMetricsList", .fields = kPodMetricsList},
};

}  // namespace

void add_metrics_v1beta1_node_metrics(KindRegistryBuilder& builder) {
    builder.add({.gvk = {"metrics.k8s.io", "v1beta1", "NodeMetrics"},
                 .plural = "nodes",
                 .list_kind = "NodeMetricsList",
                 .scope = Scope::Cluster,
                 .verbs = {"get", "list"},
                 .type_name = "metrics.v1beta1.NodeMetrics",
                 .storage = false},
                kTypes);
}

void add_metrics_v1beta1_pod_metrics(KindRegistryBuilder& builder) {
    builder.add({.gvk = {"metrics.k8s.io", "v1beta1", "PodMetrics"},
                 .plural = "pods",
                 .list_kind = "PodMetricsList",
                 .scope = Scope::Namespaced,
                 .verbs = {"get", "list"},
                 .type_name = "metrics.v1beta1.PodMetrics",
                 .storage = false},
                {});
}

}  // namespace skiff::api::kinds
