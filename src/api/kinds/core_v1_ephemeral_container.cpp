// EphemeralContainer: the fields of a container embedded as number 1, and the container it looks at.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kEphemeralContainer[] = {
    {.name = "name", .type = "string", .proto = {1, 1}, .required = true, .default_json = R"("")",
     .doc = "The name, unique in the pod; a DNS label."},
    {.name = "image", .type = "string", .proto = {1, 2}, .doc = "The image reference."},
    {.name = "command", .type = "list<string>", .proto = {1, 3}, .list_type = "atomic",
     .doc = "The program; the entry point of the image when not set."},
    {.name = "args", .type = "list<string>", .proto = {1, 4}, .list_type = "atomic",
     .doc = "The arguments; the command of the image when not set."},
    {.name = "workingDir", .type = "string", .proto = {1, 5}, .doc = "The directory to start in."},
    {.name = "ports", .type = "list<core.v1.ContainerPort>", .proto = {1, 6}, .list_type = "map",
     .list_map_keys = "containerPort,protocol", .patch_strategy = "merge", .patch_merge_key = "containerPort",
     .doc = "Ports that the container listens on; for information, except hostPort."},
    {.name = "env", .type = "list<core.v1.EnvVar>", .proto = {1, 7}, .list_type = "map", .list_map_keys = "name",
     .patch_strategy = "merge", .patch_merge_key = "name", .doc = "Environment variables."},
    {.name = "resources", .type = "core.v1.ResourceRequirements", .proto = {1, 8}, .default_json = "{}",
     .doc = "Resources the container needs and may use."},
    {.name = "volumeMounts", .type = "list<core.v1.VolumeMount>", .proto = {1, 9}, .list_type = "map", .list_map_keys = "mountPath",
     .patch_strategy = "merge", .patch_merge_key = "mountPath", .doc = "Where volumes are mounted."},
    {.name = "livenessProbe", .type = "core.v1.Probe", .proto = {1, 10}, .doc = "Fails: the container is started again."},
    {.name = "readinessProbe", .type = "core.v1.Probe", .proto = {1, 11}, .doc = "Fails: the pod gets no traffic from Services."},
    {.name = "lifecycle", .type = "core.v1.Lifecycle", .proto = {1, 12}, .doc = "Actions after the start and before the stop."},
    {.name = "terminationMessagePath", .type = "string", .proto = {1, 13},
     .doc = "File whose text becomes the termination message. Defaults to /dev/termination-log."},
    {.name = "imagePullPolicy", .type = "string", .proto = {1, 14}, .enum_values = "Always,IfNotPresent,Never",
     .doc = "Always, IfNotPresent or Never. Defaults to Always for the tag latest.", .go = "v1.PullPolicy"},
    {.name = "securityContext", .type = "core.v1.SecurityContext", .proto = {1, 15},
     .doc = "Security settings; override those of the pod."},
    {.name = "stdin", .type = "bool", .proto = {1, 16}, .doc = "Keep standard input open."},
    {.name = "stdinOnce", .type = "bool", .proto = {1, 17}, .doc = "Close standard input after the first attach."},
    {.name = "tty", .type = "bool", .proto = {1, 18}, .doc = "Allocate a terminal; needs stdin."},
    {.name = "envFrom", .type = "list<core.v1.EnvFromSource>", .proto = {1, 19}, .list_type = "atomic",
     .doc = "ConfigMaps and Secrets whose keys become environment variables."},
    {.name = "terminationMessagePolicy", .type = "string", .proto = {1, 20}, .enum_values = "FallbackToLogsOnError,File",
     .doc = "File, or FallbackToLogsOnError. Defaults to File.", .go = "v1.TerminationMessagePolicy"},
    {.name = "volumeDevices", .type = "list<core.v1.VolumeDevice>", .proto = {1, 21}, .list_type = "map", .list_map_keys = "devicePath",
     .patch_strategy = "merge", .patch_merge_key = "devicePath"},
    {.name = "startupProbe", .type = "core.v1.Probe", .proto = {1, 22}, .doc = "Until it succeeds the other probes wait."},
    {.name = "resizePolicy", .type = "list<core.v1.ContainerResizePolicy>", .proto = {1, 23}, .list_type = "atomic"},
    {.name = "restartPolicy", .type = "string", .proto = {1, 24}, .doc = "Always on an init container makes it a sidecar.",
     .go = "*v1.ContainerRestartPolicy"},
    {.name = "restartPolicyRules", .type = "list<core.v1.ContainerRestartRule>", .proto = {1, 25}, .list_type = "atomic"},
    {.name = "targetContainerName", .type = "string", .proto = 2},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.EphemeralContainer", .fields = kEphemeralContainer},
};

}  // namespace

std::span<const TypeRow> core_v1_ephemeral_container_types() { return kTypes; }

}  // namespace skiff::api::kinds
