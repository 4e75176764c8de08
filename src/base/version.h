// Versions: ours, and the Kubernetes API version that we answer as.
#pragma once

#include <string_view>

namespace skiff {

constexpr std::string_view kVersion = "0.1.0";
constexpr std::string_view kKubernetesVersion = "v1.34.4+skiff1";
constexpr std::string_view kKubernetesMajor = "1", kKubernetesMinor = "34";

}  // namespace skiff
