#include "server/apiserver/aggregation/api_services.h"

namespace skiff::apiserver {
namespace {

constexpr const char* kAutomanaged = "kube-aggregator.kubernetes.io/automanaged";

struct Row {
    std::string_view group, version;
    int group_priority, version_priority;
};
// kube-apiserver v1.34, cmd/kube-apiserver/app/aggregator.go and pkg/controlplane/apiserver/aggregator.go.
constexpr Row kRows[] = {
    {"", "v1", 18000, 1},
    {"apps", "v1", 17800, 15},
    {"events.k8s.io", "v1", 17750, 15},
    {"authentication.k8s.io", "v1", 17700, 15},
    {"authorization.k8s.io", "v1", 17600, 15},
    {"autoscaling", "v1", 17500, 15},
    {"autoscaling", "v2", 17500, 30},
    {"batch", "v1", 17400, 15},
    {"certificates.k8s.io", "v1", 17300, 15},
    {"networking.k8s.io", "v1", 17200, 15},
    {"policy", "v1", 17100, 15},
    {"rbac.authorization.k8s.io", "v1", 17000, 15},
    {"storage.k8s.io", "v1", 16800, 15},
    {"apiextensions.k8s.io", "v1", 16700, 15},
    {"admissionregistration.k8s.io", "v1", 16700, 15},
    {"admissionregistration.k8s.io", "v1beta1", 16700, 12},
    {"admissionregistration.k8s.io", "v1alpha1", 16700, 9},
    {"scheduling.k8s.io", "v1", 16600, 15},
    {"coordination.k8s.io", "v1", 16500, 15},
    {"node.k8s.io", "v1", 16300, 15},
    {"discovery.k8s.io", "v1", 16200, 15},
    {"resource.k8s.io", "v1", 16200, 21},
    {"flowcontrol.apiserver.k8s.io", "v1", 16100, 21},
};
constexpr GroupPriority kCustom{1000, 100}, kOther{100, 100};

}  // namespace

GroupPriority priority_of(const api::GroupVersion& version, bool custom) {
    for (const Row& row : kRows)
        if (row.group == version.group && row.version == version.version) return {row.group_priority, row.version_priority};
    return custom ? kCustom : kOther;
}

std::string api_service_name(const api::GroupVersion& version) { return version.version + "." + version.group; }

json::Value local_api_service(const api::GroupVersion& version, bool custom) {
    GroupPriority priority = priority_of(version, custom);
    json::Value metadata = json::Value::object({{"name", api_service_name(version)}});
    metadata.set("labels", json::Value::object({{kAutomanaged, custom ? "true" : "onstart"}}));
    json::Value spec = json::Value::object();
    if (!version.group.empty()) spec.set("group", version.group);
    spec.set("version", version.version);
    spec.set("groupPriorityMinimum", priority.group);
    spec.set("versionPriority", priority.version);
    return json::Value::object({{"kind", "APIService"}, {"apiVersion", "apiregistration.k8s.io/v1"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}});
}

bool is_automanaged(const json::Value& labels) { return !labels[kAutomanaged].as_string().empty(); }

}  // namespace skiff::apiserver
