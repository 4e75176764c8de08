// Parts of the validation of pods that others use too: claims, resources of whole pods, sources of persistent volumes. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "api/validation.h"

namespace skiff::api::kinds {

// The claims that resources name, against those of the pod.
void validate_claims(const json::Value& claims, const json::Value& pod_claims, const FieldPath& path, FieldErrors& errors);
// Requests and limits that all containers of a pod share.
void validate_pod_resources(const json::Value& resources, const FieldPath& path, FieldErrors& errors);
void validate_container_resource_name(const std::string& name, const FieldPath& path, FieldErrors& errors);
// The source of a persistent volume: which it is, "" when there is none.
std::string_view validate_persistent_source(const json::Value& volume, const FieldPath& path, FieldErrors& errors);
// As check_one_of, but "" is not supported either.
void check_listed(const json::Value& text, const FieldPath& path, std::initializer_list<std::string_view> allowed, FieldErrors& errors);

}  // namespace skiff::api::kinds
