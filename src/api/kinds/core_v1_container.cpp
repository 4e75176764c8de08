// Containers: ordinary, init and ephemeral.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kContainer[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")",
     .doc = "The name, unique in the pod; a DNS label."},
    {.name = "image", .type = "string", .proto = 2, .doc = "The image reference."},
    {.name = "command", .type = "list<string>", .proto = 3, .list_type = "atomic",
     .doc = "The program; the entry point of the image when not set."},
    {.name = "args", .type = "list<string>", .proto = 4, .list_type = "atomic",
     .doc = "The arguments; the command of the image when not set."},
    {.name = "workingDir", .type = "string", .proto = 5, .doc = "The directory to start in."},
    {.name = "ports", .type = "list<core.v1.ContainerPort>", .proto = 6, .list_type = "map", .list_map_keys = "containerPort,protocol",
     .patch_strategy = "merge", .patch_merge_key = "containerPort",
     .doc = "Ports that the container listens on; for information, except hostPort."},
    {.name = "env", .type = "list<core.v1.EnvVar>", .proto = 7, .list_type = "map", .list_map_keys = "name", .patch_strategy = "merge",
     .patch_merge_key = "name", .doc = "Environment variables."},
    {.name = "resources", .type = "core.v1.ResourceRequirements", .proto = 8, .default_json = "{}",
     .doc = "Resources the container needs and may use."},
    {.name = "volumeMounts", .type = "list<core.v1.VolumeMount>", .proto = 9, .list_type = "map", .list_map_keys = "mountPath",
     .patch_strategy = "merge", .patch_merge_key = "mountPath", .doc = "Where volumes are mounted."},
    {.name = "livenessProbe", .type = "core.v1.Probe", .proto = 10, .doc = "Fails: the container is started again."},
    {.name = "readinessProbe", .type = "core.v1.Probe", .proto = 11, .doc = "Fails: the pod gets no traffic from Services."},
    {.name = "lifecycle", .type = "core.v1.Lifecycle", .proto = 12, .doc = "Actions after the start and before the stop."},
    {.name = "terminationMessagePath", .type = "string", .proto = 13,
     .doc = "File whose text becomes the termination message. Defaults to /dev/termination-log."},
    {.name = "imagePullPolicy", .type = "string", .proto = 14, .enum_values = "Always,IfNotPresent,Never",
     .doc = "Always, IfNotPresent or Never. Defaults to Always for the tag latest.", .go = "v1.PullPolicy"},
    {.name = "securityContext", .type = "core.v1.SecurityContext", .proto = 15, .doc = "Security settings; override those of the pod."},
    {.name = "stdin", .type = "bool", .proto = 16, .doc = "Keep standard input open."},
    {.name = "stdinOnce", .type = "bool", .proto = 17, .doc = "Close standard input after the first attach."},
    {.name = "tty", .type = "bool", .proto = 18, .doc = "Allocate a terminal; needs stdin."},
    {.name = "envFrom", .type = "list<core.v1.EnvFromSource>", .proto = 19, .list_type = "atomic",
     .doc = "ConfigMaps and Secrets whose keys become environment variables."},
    {.name = "terminationMessagePolicy", .type = "string", .proto = 20, .enum_values = "FallbackToLogsOnError,File",
     .doc = "File, or FallbackToLogsOnError. Defaults to File.", .go = "v1.TerminationMessagePolicy"},
    {.name = "volumeDevices", .type = "list<core.v1.VolumeDevice>", .proto = 21, .list_type = "map", .list_map_keys = "devicePath",
     .patch_strategy = "merge", .patch_merge_key = "devicePath"},
    {.name = "startupProbe", .type = "core.v1.Probe", .proto = 22, .doc = "Until it succeeds the other probes wait."},
    {.name = "resizePolicy", .type = "list<core.v1.ContainerResizePolicy>", .proto = 23, .list_type = "atomic"},
    {.name = "restartPolicy", .type = "string", .proto = 24, .doc = "Always on an init container makes it a sidecar.",
     .go = "*v1.ContainerRestartPolicy"},
    {.name = "restartPolicyRules", .type = "list<core.v1.ContainerRestartRule>", .proto = 25, .list_type = "atomic"},
};

constexpr FieldRow kContainerPort[] = {
    {.name = "name", .type = "string", .proto = 1},
    {.name = "hostPort", .type = "int32", .proto = 2},
    {.name = "containerPort", .type = "int32", .proto = 3, .required = true, .default_json = "0"},
    {.name = "protocol", .type = "string", .proto = 4, .default_json = R"("TCP")", .enum_values = "SCTP,TCP,UDP", .go = "v1.Protocol"},
    {.name = "hostIP", .type = "string", .proto = 5},
};

constexpr FieldRow kContainerResizePolicy[] = {
    {.name = "resourceName", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.ResourceName"},
    {.name = "restartPolicy", .type = "string", .proto = 2, .required = true, .default_json = R"("")",
     .go = "v1.ResourceResizeRestartPolicy"},
};

constexpr FieldRow kContainerRestartRule[] = {
    {.name = "action", .type = "string", .proto = 1, .required = true, .go = "v1.ContainerRestartRuleAction", .absent = "-"},
    {.name = "exitCodes", .type = "core.v1.ContainerRestartRuleOnExitCodes", .proto = 2},
};

constexpr FieldRow kContainerRestartRuleOnExitCodes[] = {
    {.name = "operator", .type = "string", .proto = 1, .required = true, .go = "v1.ContainerRestartRuleOnExitCodesOperator",
     .absent = "-"},
    {.name = "values", .type = "list<int32>", .proto = 2, .list_type = "set"},
};

constexpr FieldRow kResourceRequirements[] = {
    {.name = "limits", .type = "map<string,quantity>", .proto = 1},
    {.name = "requests", .type = "map<string,quantity>", .proto = 2},
    {.name = "claims", .type = "list<core.v1.ResourceClaim>", .proto = 3, .list_type = "map", .list_map_keys = "name"},
};

constexpr FieldRow kResourceClaim[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "request", .type = "string", .proto = 2},
};

constexpr FieldRow kVolumeMount[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "readOnly", .type = "bool", .proto = 2},
    {.name = "mountPath", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "subPath", .type = "string", .proto = 4},
    {.name = "mountPropagation", .type = "string", .proto = 5, .enum_values = "Bidirectional,HostToContainer,None",
     .go = "*v1.MountPropagationMode"},
    {.name = "subPathExpr", .type = "string", .proto = 6},
    {.name = "recursiveReadOnly", .type = "string", .proto = 7, .go = "*v1.RecursiveReadOnlyMode"},
};

constexpr FieldRow kVolumeDevice[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "devicePath", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Container", .fields = kContainer, .doc = "One container of a pod."},
    {.name = "core.v1.ContainerPort", .fields = kContainerPort},
    {.name = "core.v1.ContainerResizePolicy", .fields = kContainerResizePolicy},
    {.name = "core.v1.ContainerRestartRule", .fields = kContainerRestartRule},
    {.name = "core.v1.ContainerRestartRuleOnExitCodes", .fields = kContainerRestartRuleOnExitCodes},
    {.name = "core.v1.ResourceRequirements", .fields = kResourceRequirements},
    {.name = "core.v1.ResourceClaim", .fields = kResourceClaim, .doc = "A request for devices by a workload."},
    {.name = "core.v1.VolumeMount", .fields = kVolumeMount},
    {.name = "core.v1.VolumeDevice", .fields = kVolumeDevice},
};

}  // namespace

std::span<const TypeRow> core_v1_container_types() { return kTypes; }

}  // namespace skiff::api::kinds
