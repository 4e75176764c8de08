// Sysctls of a pod: their names, and which a pod may set. Pure.
#pragma once

#include <optional>
#include <string>

#include "agent/pods/pod_state.h"

namespace skiff::agent::pods {

// net.ipv4.conf.eno2/100.rp_filter from either notation: when the first separator is a slash, dots and slashes change places.
std::string normal_sysctl(std::string name);
// SysctlForbidden for one that is not on Kubernetes' list of safe ones, or whose namespace is the node's.
std::optional<Waiting> refuse_sysctls(const json::Value& pod);

}  // namespace skiff::agent::pods
