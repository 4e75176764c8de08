// Pods that use more of the node's disk than they said they would: emptyDir sizeLimit and limits of ephemeral-storage. Pure.
#pragma once

#include <optional>
#include <string>

#include "agent/pods/pod_disk.h"
#include "json/value.h"

namespace skiff::agent::eviction {

// Why it has to go; nothing while it keeps to its limits.
std::optional<std::string> over_local_limits(const json::Value& pod, const pods::PodDisk& used);

}  // namespace skiff::agent::eviction
