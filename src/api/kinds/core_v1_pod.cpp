// v1 Pod.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kPod[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "core.v1.PodSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "core.v1.PodStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kPodList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.Pod>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Pod", .fields = kPod, .doc = "Containers that run together on one node and share network and volumes."},
    {.name = "core.v1.PodList", .fields = kPodList},
};

}  // namespace

void add_core_v1_pod(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "Pod"},
            .plural = "pods",
            .singular = "pod",
            .list_kind = "PodList",
            .verbs = all_verbs(),
            .short_names = {"po"},
            .categories = {"all"},
            .type_name = "core.v1.Pod",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "pods",
            .selectable_fields = {
                "spec.nodeName",
                "spec.restartPolicy",
                "spec.schedulerName",
                "spec.serviceAccountName",
                "spec.hostNetwork=spec.hostNetwork|!false",
                "status.phase",
                "status.podIP",
                "status.podIPs",
                "status.nominatedNodeName",
            },
            .subresources =
                {
                    {.name = "attach", .verbs = {"create", "get"}, .kind = "PodAttachOptions"},
                    {.name = "binding", .verbs = {"create"}, .kind = "Binding"},
                    {.name = "ephemeralcontainers", .verbs = {"get", "patch", "update"}, .kind = "Pod"},
                    {.name = "eviction", .verbs = {"create"}, .kind = "Eviction", .group = "policy", .version = "v1"},
                    {.name = "exec", .verbs = {"create", "get"}, .kind = "PodExecOptions"},
                    {.name = "log", .verbs = {"get"}, .kind = "Pod"},
                    {.name = "portforward", .verbs = {"create", "get"}, .kind = "PodPortForwardOptions"},
                    {.name = "proxy", .verbs = {"create", "delete", "get", "patch", "update"}, .kind = "PodProxyOptions"},
                    {.name = "resize", .verbs = {"get", "patch", "update"}, .kind = "Pod"},
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "Pod"},
                },
            .columns = pod_columns(),
            .hooks = pod_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
