// PodStatus and what it reports of containers.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kPodStatus[] = {
    {.name = "phase", .type = "string", .proto = 1, .enum_values = "Failed,Pending,Running,Succeeded,Unknown", .go = "v1.PodPhase"},
    {.name = "conditions", .type = "list<core.v1.PodCondition>", .proto = 2, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
    {.name = "message", .type = "string", .proto = 3},
    {.name = "reason", .type = "string", .proto = 4},
    {.name = "hostIP", .type = "string", .proto = 5},
    {.name = "podIP", .type = "string", .proto = 6},
    {.name = "startTime", .type = "time", .proto = 7, .go = "*"},
    {.name = "containerStatuses", .type = "list<core.v1.ContainerStatus>", .proto = 8, .list_type = "atomic"},
    {.name = "qosClass", .type = "string", .proto = 9, .enum_values = "BestEffort,Burstable,Guaranteed", .go = "v1.PodQOSClass"},
    {.name = "initContainerStatuses", .type = "list<core.v1.ContainerStatus>", .proto = 10, .list_type = "atomic"},
    {.name = "nominatedNodeName", .type = "string", .proto = 11},
    {.name = "podIPs", .type = "list<core.v1.PodIP>", .proto = 12, .list_type = "map", .list_map_keys = "ip", .patch_strategy = "merge",
     .patch_merge_key = "ip"},
    {.name = "ephemeralContainerStatuses", .type = "list<core.v1.ContainerStatus>", .proto = 13, .list_type = "atomic"},
    {.name = "resize", .type = "string", .proto = 14, .go = "v1.PodResizeStatus"},
    {.name = "resourceClaimStatuses", .type = "list<core.v1.PodResourceClaimStatus>", .proto = 15, .list_type = "map",
     .list_map_keys = "name", .patch_strategy = "merge,retainKeys", .patch_merge_key = "name"},
    {.name = "hostIPs", .type = "list<core.v1.HostIP>", .proto = 16, .list_type = "atomic", .patch_strategy = "merge",
     .patch_merge_key = "ip"},
    {.name = "observedGeneration", .type = "int64", .proto = 17, .doc = "The generation that this status is about."},
    {.name = "extendedResourceClaimStatus", .type = "core.v1.PodExtendedResourceClaimStatus", .proto = 18},
};

constexpr FieldRow kPodCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.PodConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastProbeTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "lastTransitionTime", .type = "time", .proto = 4, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 5},
    {.name = "message", .type = "string", .proto = 6},
    {.name = "observedGeneration", .type = "int64", .proto = 7},
};

constexpr FieldRow kPodIP[] = {
    {.name = "ip", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kHostIP[] = {
    {.name = "ip", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kPodResourceClaimStatus[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "resourceClaimName", .type = "string", .proto = 2, .go = "*"},
};

constexpr FieldRow kPodExtendedResourceClaimStatus[] = {
    {.name = "requestMappings", .type = "list<core.v1.ContainerExtendedResourceRequest>", .proto = 1, .required = true,
     .list_type = "atomic"},
    {.name = "resourceClaimName", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kContainerExtendedResourceRequest[] = {
    {.name = "containerName", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "resourceName", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "requestName", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kContainerStatus[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "state", .type = "core.v1.ContainerState", .proto = 2, .default_json = "{}"},
    {.name = "lastState", .type = "core.v1.ContainerState", .proto = 3, .default_json = "{}"},
    {.name = "ready", .type = "bool", .proto = 4, .required = true, .default_json = "false"},
    {.name = "restartCount", .type = "int32", .proto = 5, .required = true, .default_json = "0"},
    {.name = "image", .type = "string", .proto = 6, .required = true, .default_json = R"("")"},
    {.name = "imageID", .type = "string", .proto = 7, .required = true, .default_json = R"("")"},
    {.name = "containerID", .type = "string", .proto = 8},
    {.name = "started", .type = "bool", .proto = 9, .go = "*"},
    {.name = "allocatedResources", .type = "map<string,quantity>", .proto = 10},
    {.name = "resources", .type = "core.v1.ResourceRequirements", .proto = 11},
    {.name = "volumeMounts", .type = "list<core.v1.VolumeMountStatus>", .proto = 12, .list_type = "map", .list_map_keys = "mountPath",
     .patch_strategy = "merge", .patch_merge_key = "mountPath"},
    {.name = "user", .type = "core.v1.ContainerUser", .proto = 13},
    {.name = "allocatedResourcesStatus", .type = "list<core.v1.ResourceStatus>", .proto = 14, .list_type = "map",
     .list_map_keys = "name", .patch_strategy = "merge", .patch_merge_key = "name"},
    {.name = "stopSignal", .type = "string", .proto = 15,
     .enum_values = "SIGABRT,SIGALRM,SIGBUS,SIGCHLD,SIGCLD,SIGCONT,SIGFPE,SIGHUP,SIGILL,SIGINT,SIGIO,SIGIOT,SIGKILL,SIGPIPE,SIGPOLL,SIGPROF,SIGPWR,SIGQUIT,SIGRTMAX,SIGRTMAX-1,SIGRTMAX-10,SIGRTMAX-11,SIGRTMAX-12,SIGRTMAX-13,SIGRTMAX-14,SIGRTMAX-2,SIGRTMAX-3,SIGRTMAX-4,SIGRTMAX-5,SIGRTMAX-6,SIGRTMAX-7,SIGRTMAX-8,SIGRTMAX-9,SIGRTMIN,SIGRTMIN+1,SIGRTMIN+10,SIGRTMIN+11,SIGRTMIN+12,SIGRTMIN+13,SIGRTMIN+14,SIGRTMIN+15,SIGRTMIN+2,SIGRTMIN+3,SIGRTMIN+4,SIGRTMIN+5,SIGRTMIN+6,SIGRTMIN+7,SIGRTMIN+8,SIGRTMIN+9,SIGSEGV,SIGSTKFLT,SIGSTOP,SIGSYS,SIGTERM,SIGTRAP,SIGTSTP,SIGTTIN,SIGTTOU,SIGURG,SIGUSR1,SIGUSR2,SIGVTALRM,SIGWINCH,SIGXCPU,SIGXFSZ",
     .go = "*v1.Signal"},
};

constexpr FieldRow kContainerState[] = {
    {.name = "waiting", .type = "core.v1.ContainerStateWaiting", .proto = 1},
    {.name = "running", .type = "core.v1.ContainerStateRunning", .proto = 2},
    {.name = "terminated", .type = "core.v1.ContainerStateTerminated", .proto = 3},
};

constexpr FieldRow kContainerStateRunning[] = {
    {.name = "startedAt", .type = "time", .proto = 1, .absent = "null"},
};

constexpr FieldRow kContainerStateTerminated[] = {
    {.name = "exitCode", .type = "int32", .proto = 1, .required = true, .default_json = "0"},
    {.name = "signal", .type = "int32", .proto = 2},
    {.name = "reason", .type = "string", .proto = 3},
    {.name = "message", .type = "string", .proto = 4},
    {.name = "startedAt", .type = "time", .proto = 5, .absent = "null"},
    {.name = "finishedAt", .type = "time", .proto = 6, .absent = "null"},
    {.name = "containerID", .type = "string", .proto = 7},
};

constexpr FieldRow kContainerStateWaiting[] = {
    {.name = "reason", .type = "string", .proto = 1},
    {.name = "message", .type = "string", .proto = 2},
};

constexpr FieldRow kContainerUser[] = {
    {.name = "linux", .type = "core.v1.LinuxContainerUser", .proto = 1},
};

constexpr FieldRow kLinuxContainerUser[] = {
    {.name = "uid", .type = "int64", .proto = 1, .required = true, .default_json = "0"},
    {.name = "gid", .type = "int64", .proto = 2, .required = true, .default_json = "0"},
    {.name = "supplementalGroups", .type = "list<int64>", .proto = 3, .list_type = "atomic"},
};

constexpr FieldRow kVolumeMountStatus[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "mountPath", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "readOnly", .type = "bool", .proto = 3},
    {.name = "recursiveReadOnly", .type = "string", .proto = 4, .go = "*v1.RecursiveReadOnlyMode"},
};

constexpr FieldRow kResourceStatus[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.ResourceName"},
    {.name = "resources", .type = "list<core.v1.ResourceHealth>", .proto = 2, .list_type = "map", .list_map_keys = "resourceID"},
};

constexpr FieldRow kResourceHealth[] = {
    {.name = "resourceID", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.ResourceID"},
    {.name = "health", .type = "string", .proto = 2, .go = "v1.ResourceHealthStatus"},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.PodStatus", .fields = kPodStatus, .doc = "What is known of the pod; may lag behind."},
    {.name = "core.v1.PodCondition", .fields = kPodCondition},
    {.name = "core.v1.PodIP", .fields = kPodIP},
    {.name = "core.v1.HostIP", .fields = kHostIP},
    {.name = "core.v1.PodResourceClaimStatus", .fields = kPodResourceClaimStatus},
    {.name = "core.v1.PodExtendedResourceClaimStatus", .fields = kPodExtendedResourceClaimStatus},
    {.name = "core.v1.ContainerExtendedResourceRequest", .fields = kContainerExtendedResourceRequest},
    {.name = "core.v1.ContainerStatus", .fields = kContainerStatus},
    {.name = "core.v1.ContainerState", .fields = kContainerState},
    {.name = "core.v1.ContainerStateRunning", .fields = kContainerStateRunning},
    {.name = "core.v1.ContainerStateTerminated", .fields = kContainerStateTerminated},
    {.name = "core.v1.ContainerStateWaiting", .fields = kContainerStateWaiting},
    {.name = "core.v1.ContainerUser", .fields = kContainerUser},
    {.name = "core.v1.LinuxContainerUser", .fields = kLinuxContainerUser},
    {.name = "core.v1.VolumeMountStatus", .fields = kVolumeMountStatus},
    {.name = "core.v1.ResourceStatus", .fields = kResourceStatus},
    {.name = "core.v1.ResourceHealth", .fields = kResourceHealth},
};

}  // namespace

std::span<const TypeRow> core_v1_pod_status_types() { return kTypes; }

}  // namespace skiff::api::kinds
