// PodSpec and the small types that only it uses.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kPodTemplateSpec[] = {
    kMetadataField,
    {.name = "spec", .type = "core.v1.PodSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kPodSpec[] = {
    {.name = "volumes", .type = "list<core.v1.Volume>", .proto = 1, .list_type = "map", .list_map_keys = "name",
     .patch_strategy = "merge,retainKeys", .patch_merge_key = "name", .doc = "Volumes that the containers can mount."},
    {.name = "containers", .type = "list<core.v1.Container>", .proto = 2, .required = true, .list_type = "map", .list_map_keys = "name",
     .patch_strategy = "merge", .patch_merge_key = "name",
     .doc = "The containers of the pod; at least one. Cannot be added or removed later."},
    {.name = "restartPolicy", .type = "string", .proto = 3, .enum_values = "Always,Never,OnFailure",
     .doc = "When containers are started again: Always, OnFailure or Never. Defaults to Always.", .go = "v1.RestartPolicy"},
    {.name = "terminationGracePeriodSeconds", .type = "int64", .proto = 4,
     .doc = "Seconds from the stop signal to the kill. Defaults to 30.", .go = "*"},
    {.name = "activeDeadlineSeconds", .type = "int64", .proto = 5, .doc = "Seconds the pod may be active before it is failed.", .go = "*"},
    {.name = "dnsPolicy", .type = "string", .proto = 6, .enum_values = "ClusterFirst,ClusterFirstWithHostNet,Default,None",
     .doc = "How names are resolved. Defaults to ClusterFirst.", .go = "v1.DNSPolicy"},
    {.name = "nodeSelector", .type = "map<string,string>", .proto = 7, .map_type = "atomic", .doc = "Labels that the node must have."},
    {.name = "serviceAccountName", .type = "string", .proto = 8, .doc = "The service account the pod runs as."},
    {.name = "serviceAccount", .type = "string", .proto = 9, .doc = "Deprecated alias of serviceAccountName."},
    {.name = "nodeName", .type = "string", .proto = 10, .doc = "The node the pod runs on; set by the scheduler."},
    {.name = "hostNetwork", .type = "bool", .proto = 11, .doc = "Use the network of the node."},
    {.name = "hostPID", .type = "bool", .proto = 12, .doc = "Use the process ids of the node."},
    {.name = "hostIPC", .type = "bool", .proto = 13, .doc = "Use the IPC namespace of the node."},
    {.name = "securityContext", .type = "core.v1.PodSecurityContext", .proto = 14,
     .doc = "Security settings of the pod, defaults for its containers."},
    {.name = "imagePullSecrets", .type = "list<core.v1.LocalObjectReference>", .proto = 15, .list_type = "map", .list_map_keys = "name",
     .patch_strategy = "merge", .patch_merge_key = "name", .doc = "Secrets with credentials of registries."},
    {.name = "hostname", .type = "string", .proto = 16, .doc = "The host name of the pod; its own name when not set."},
    {.name = "subdomain", .type = "string", .proto = 17, .doc = "With hostname, the name of the pod below a headless Service."},
    {.name = "affinity", .type = "core.v1.Affinity", .proto = 18, .doc = "Rules for where the pod may and should run."},
    {.name = "schedulerName", .type = "string", .proto = 19, .doc = "The scheduler that places the pod."},
    {.name = "initContainers", .type = "list<core.v1.Container>", .proto = 20, .list_type = "map", .list_map_keys = "name",
     .patch_strategy = "merge", .patch_merge_key = "name",
     .doc = "Containers that run to their end, one after the other, before the others start."},
    {.name = "automountServiceAccountToken", .type = "bool", .proto = 21, .doc = "Whether a token of the service account is mounted.",
     .go = "*"},
    {.name = "tolerations", .type = "list<core.v1.Toleration>", .proto = 22, .list_type = "atomic",
     .doc = "Taints of nodes that the pod tolerates."},
    {.name = "hostAliases", .type = "list<core.v1.HostAlias>", .proto = 23, .list_type = "map", .list_map_keys = "ip",
     .patch_strategy = "merge", .patch_merge_key = "ip", .doc = "Lines added to /etc/hosts."},
    {.name = "priorityClassName", .type = "string", .proto = 24, .doc = "The PriorityClass of the pod."},
    {.name = "priority", .type = "int32", .proto = 25, .doc = "The priority; set from the class.", .go = "*"},
    {.name = "dnsConfig", .type = "core.v1.PodDNSConfig", .proto = 26, .doc = "Additions to what dnsPolicy gives."},
    {.name = "shareProcessNamespace", .type = "bool", .proto = 27, .doc = "One process namespace for all containers of the pod.",
     .go = "*"},
    {.name = "readinessGates", .type = "list<core.v1.PodReadinessGate>", .proto = 28, .list_type = "atomic",
     .doc = "Further conditions that must be true before the pod is ready."},
    {.name = "runtimeClassName", .type = "string", .proto = 29, .doc = "The RuntimeClass that runs the pod.", .go = "*"},
    {.name = "enableServiceLinks", .type = "bool", .proto = 30,
     .doc = "Whether Services appear as environment variables. Defaults to true.", .go = "*"},
    {.name = "preemptionPolicy", .type = "string", .proto = 31, .enum_values = "Never,PreemptLowerPriority",
     .doc = "Whether pods of lower priority may be evicted for this one.", .go = "*v1.PreemptionPolicy"},
    {.name = "overhead", .type = "map<string,quantity>", .proto = 32,
     .doc = "Resources that running the pod takes beside its containers."},
    {.name = "topologySpreadConstraints", .type = "list<core.v1.TopologySpreadConstraint>", .proto = 33, .list_type = "map",
     .list_map_keys = "topologyKey,whenUnsatisfiable", .patch_strategy = "merge", .patch_merge_key = "topologyKey",
     .doc = "How pods spread over zones and nodes."},
    {.name = "ephemeralContainers", .type = "list<core.v1.EphemeralContainer>", .proto = 34, .list_type = "map", .list_map_keys = "name",
     .patch_strategy = "merge", .patch_merge_key = "name", .doc = "Containers added to the running pod for debugging."},
    {.name = "setHostnameAsFQDN", .type = "bool", .proto = 35, .go = "*"},
    {.name = "os", .type = "core.v1.PodOS", .proto = 36, .doc = "The operating system of the containers."},
    {.name = "hostUsers", .type = "bool", .proto = 37, .doc = "Whether the user ids of the node are used. Defaults to true.", .go = "*"},
    {.name = "schedulingGates", .type = "list<core.v1.PodSchedulingGate>", .proto = 38, .list_type = "map", .list_map_keys = "name",
     .patch_strategy = "merge", .patch_merge_key = "name", .doc = "While there is one, the pod is not scheduled."},
    {.name = "resourceClaims", .type = "list<core.v1.PodResourceClaim>", .proto = 39, .list_type = "map", .list_map_keys = "name",
     .patch_strategy = "merge,retainKeys", .patch_merge_key = "name", .doc = "Claims of devices that containers can refer to."},
    {.name = "resources", .type = "core.v1.ResourceRequirements", .proto = 40, .doc = "Resources of the whole pod."},
    {.name = "hostnameOverride", .type = "string", .proto = 41, .go = "*"},
};

constexpr FieldRow kHostAlias[] = {
    {.name = "ip", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "hostnames", .type = "list<string>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kPodDNSConfig[] = {
    {.name = "nameservers", .type = "list<string>", .proto = 1, .list_type = "atomic"},
    {.name = "searches", .type = "list<string>", .proto = 2, .list_type = "atomic"},
    {.name = "options", .type = "list<core.v1.PodDNSConfigOption>", .proto = 3, .list_type = "atomic"},
};

constexpr FieldRow kPodDNSConfigOption[] = {
    {.name = "name", .type = "string", .proto = 1},
    {.name = "value", .type = "string", .proto = 2, .go = "*"},
};

constexpr FieldRow kPodOS[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.OSName"},
};

constexpr FieldRow kPodReadinessGate[] = {
    {.name = "conditionType", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.PodConditionType"},
};

constexpr FieldRow kPodResourceClaim[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "resourceClaimName", .type = "string", .proto = 3, .go = "*"},
    {.name = "resourceClaimTemplateName", .type = "string", .proto = 4, .go = "*"},
};

constexpr FieldRow kPodSchedulingGate[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kToleration[] = {
    {.name = "key", .type = "string", .proto = 1},
    {.name = "operator", .type = "string", .proto = 2, .enum_values = "Equal,Exists", .go = "v1.TolerationOperator"},
    {.name = "value", .type = "string", .proto = 3},
    {.name = "effect", .type = "string", .proto = 4, .enum_values = "NoExecute,NoSchedule,PreferNoSchedule", .go = "v1.TaintEffect"},
    {.name = "tolerationSeconds", .type = "int64", .proto = 5, .go = "*"},
};

constexpr FieldRow kTopologySpreadConstraint[] = {
    {.name = "maxSkew", .type = "int32", .proto = 1, .required = true, .default_json = "0"},
    {.name = "topologyKey", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "whenUnsatisfiable", .type = "string", .proto = 3, .required = true, .default_json = R"("")",
     .enum_values = "DoNotSchedule,ScheduleAnyway", .go = "v1.UnsatisfiableConstraintAction"},
    {.name = "labelSelector", .type = "meta.v1.LabelSelector", .proto = 4, .map_type = "atomic"},
    {.name = "minDomains", .type = "int32", .proto = 5, .go = "*"},
    {.name = "nodeAffinityPolicy", .type = "string", .proto = 6, .enum_values = "Honor,Ignore", .go = "*v1.NodeInclusionPolicy"},
    {.name = "nodeTaintsPolicy", .type = "string", .proto = 7, .enum_values = "Honor,Ignore", .go = "*v1.NodeInclusionPolicy"},
    {.name = "matchLabelKeys", .type = "list<string>", .proto = 8, .list_type = "atomic"},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.PodTemplateSpec", .fields = kPodTemplateSpec, .doc = "The pods that a controller makes."},
    {.name = "core.v1.PodSpec", .fields = kPodSpec, .doc = "What the pod should be."},
    {.name = "core.v1.HostAlias", .fields = kHostAlias},
    {.name = "core.v1.PodDNSConfig", .fields = kPodDNSConfig},
    {.name = "core.v1.PodDNSConfigOption", .fields = kPodDNSConfigOption},
    {.name = "core.v1.PodOS", .fields = kPodOS},
    {.name = "core.v1.PodReadinessGate", .fields = kPodReadinessGate},
    {.name = "core.v1.PodResourceClaim", .fields = kPodResourceClaim},
    {.name = "core.v1.PodSchedulingGate", .fields = kPodSchedulingGate},
    {.name = "core.v1.Toleration", .fields = kToleration},
    {.name = "core.v1.TopologySpreadConstraint", .fields = kTopologySpreadConstraint},
};

}  // namespace

std::span<const TypeRow> core_v1_pod_spec_types() { return kTypes; }

}  // namespace skiff::api::kinds
