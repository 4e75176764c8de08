// containerStatuses of a pod as the kubelet reports them. Pure.
#pragma once

#include <string>

#include "agent/pods/pod_state.h"
#include "json/value.h"

namespace skiff::agent::pods {

// Labels kept with each container in the runtime, so that a restarted agent knows again what it runs.
namespace label {
constexpr const char* kPodName = "io.kubernetes.pod.name";
constexpr const char* kPodNamespace = "io.kubernetes.pod.namespace";
constexpr const char* kPodUid = "io.kubernetes.pod.uid";
constexpr const char* kContainer = "io.kubernetes.container.name";
constexpr const char* kMessagePath = "skiff.io/termination-log";       // on the host
constexpr const char* kMessagePolicy = "io.kubernetes.container.terminationMessagePolicy";
constexpr const char* kImageName = "skiff.io/image-name";              // docker.io/library/busybox:1.36
constexpr const char* kImageId = "skiff.io/image-id";
constexpr const char* kUid = "skiff.io/uid";
constexpr const char* kGid = "skiff.io/gid";
constexpr const char* kGroups = "skiff.io/groups";                     // comma separated
constexpr const char* kStopSignal = "skiff.io/stop-signal";
}  // namespace label

// spec.containers order does not count: main containers come sorted by name, init containers in their order.
json::Value container_statuses(const json::Value& pod, const PodState& state);
json::Value init_container_statuses(const json::Value& pod, const PodState& state);
json::Value ephemeral_container_statuses(const json::Value& pod, const PodState& state);

std::string container_id_url(const std::string& id);   // containerd://<id>
// The bare id of status.containerID; "" when it is none of ours.
std::string container_id_from_url(const std::string& url);

}  // namespace skiff::agent::pods
