// Reading a pod's JSON: the few questions that many parts ask. Pure; any thread. References point into the pod's tree.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "json/value.h"

namespace skiff::agent::pods {

// Sidecar: an init container with restartPolicy Always.
enum class ContainerKind { Init, Sidecar, Main, Ephemeral };
enum class RestartPolicy { Always, OnFailure, Never };

struct ContainerRef {
    ContainerKind kind;
    const json::Value* spec;
    const std::string& name() const { return (*spec)["name"].as_string(); }
};

// Init containers and sidecars in their order, then main containers, then ephemeral ones.
std::vector<ContainerRef> container_list(const json::Value& pod);
// A container by name; spec is null when there is none.
ContainerRef find_container(const json::Value& pod, std::string_view name);
RestartPolicy restart_policy(const json::Value& pod);
// What happens when this container ends: an init container of an Always pod is retried until it succeeds.
RestartPolicy restart_policy_of(const json::Value& pod, const ContainerRef& container);
// spec.containers{app}, as events name a container.
std::string field_path(const ContainerRef& container);

// Guaranteed, Burstable or BestEffort, from requests and limits of cpu and memory (Kubernetes, "Pod Quality of Service Classes").
std::string qos_class(const json::Value& pod);
// Requests or limits of the pod as a whole (spec.resources): they stand for the sums of its containers'.
bool has_pod_resources(const json::Value& pod);
bool host_network(const json::Value& pod);
// name_namespace(uid), as the kubelet writes a pod in messages.
std::string display_name(const json::Value& pod);
// metadata.deletionGracePeriodSeconds, else spec.terminationGracePeriodSeconds.
int64_t grace_period_s(const json::Value& pod);
bool terminal(const json::Value& pod);   // status.phase is Succeeded or Failed

constexpr std::string_view kSourceAnnotation = "kubernetes.io/config.source";
constexpr std::string_view kMirrorAnnotation = "kubernetes.io/config.mirror";
constexpr std::string_view kHashAnnotation = "kubernetes.io/config.hash";
bool is_static(const json::Value& pod);  // from a manifest
bool is_mirror(const json::Value& pod);  // the API's image of a static pod

}  // namespace skiff::agent::pods
