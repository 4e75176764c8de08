// The parts of validation that several kinds share. Paths are those of Kubernetes' messages. Pure; any thread.
#pragma once

#include <set>

#include "api/kinds/check.h"

namespace skiff::api::kinds {

// validate_pod_spec.cpp
void validate_pod_spec(const json::Value& spec, const FieldPath& path, FieldErrors& errors);
// A PodTemplateSpec: labels, annotations and the spec; ephemeral containers are forbidden.
void validate_pod_template(const json::Value& pod_template, const FieldPath& path, FieldErrors& errors);
// validate_pod_update.cpp: what may change in a pod.
void validate_pod_update(const json::Value& pod, const json::Value& old, FieldErrors& errors);
// validate_container.cpp: containers, initContainers and ephemeralContainers of a pod.
// wrong: indices of volumes that are invalid, which no container finds.
void validate_containers(const json::Value& spec, const std::set<size_t>& wrong, const FieldPath& path, FieldErrors& errors);
// What pods may not have and templates may: images with blanks around them.
void validate_pod_images(const json::Value& spec, const FieldPath& path, FieldErrors& errors);
// validate_security.cpp: security contexts and the rules of an operating system.
void validate_pod_security_context(const json::Value& spec, const FieldPath& path, FieldErrors& errors);
void validate_container_security_context(const json::Value& context, bool host_users, const FieldPath& path, FieldErrors& errors);
// validate_pod_annotations.cpp; path is metadata.annotations.
void validate_pod_annotations(const json::Value& annotations, const json::Value& spec, const FieldPath& path, FieldErrors& errors);
// validate_env.cpp
void validate_env(const json::Value& container, const FieldPath& path, FieldErrors& errors);
// A fieldRef; allowed are the paths of environment variables or of downward API volumes.
enum class FieldRefUse { Env, Volume };
void validate_field_ref(const json::Value& reference, FieldRefUse use, const FieldPath& path, FieldErrors& errors);
// resourceFieldRef of a variable or of a file.
void validate_resource_ref(const json::Value& reference, const FieldPath& path, FieldErrors& errors);
// validate_probe.cpp
void validate_probes(const json::Value& container, const FieldPath& path, FieldErrors& errors);
// validate_resources.cpp: requests and limits of a container.
void validate_resources(const json::Value& resources, const FieldPath& path, FieldErrors& errors);
void validate_resource_name(std::string_view name, const FieldPath& path, FieldErrors& errors);
bool is_standard_resource(std::string_view name);
// validate_volume.cpp
// The indices of those that are invalid.
std::set<size_t> validate_volumes(const json::Value& spec, const FieldPath& path, FieldErrors& errors);
// The one source of a volume or persistent volume; false when there is none.
bool validate_volume_source(const json::Value& volume, const FieldPath& path, FieldErrors& errors);
// validate_affinity.cpp
void validate_affinity(const json::Value& affinity, const FieldPath& path, FieldErrors& errors);
void validate_node_selector(const json::Value& selector, const FieldPath& path, FieldErrors& errors);
void validate_topology_spread(const json::Value& constraints, const FieldPath& path, FieldErrors& errors);
// validate_tolerations.cpp
void validate_tolerations(const json::Value& tolerations, const FieldPath& path, FieldErrors& errors);
void validate_taints(const json::Value& taints, const FieldPath& path, FieldErrors& errors);
// validate_workload.cpp: labels of the template that the selector does not match, restart policy Always.
void validate_template_of_workload(const json::Value& spec, std::string_view kind, const FieldPath& path, FieldErrors& errors);
// validate_storage.cpp
void validate_claim_spec(const json::Value& spec, const FieldPath& path, FieldErrors& errors);
// cron_schedule.cpp: what is wrong with a schedule of five fields or @daily and the like; "" nothing.
std::string cron_complaint(std::string_view schedule);

}  // namespace skiff::api::kinds
