// Warnings about the ports of a pod's containers: those that stand in each other's way, in the words of k8s.io/kubernetes pkg/api/pod. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

// Answers show 4 KB of warnings; who makes them stops here.
constexpr size_t kWarningsMax = 1000;

// path: of the pod's spec. Of ports that meet thousands of others not all are told.
void warn_of_ports(const json::Value& spec, const FieldPath& path, std::vector<std::string>& out);

}  // namespace skiff::api::kinds
