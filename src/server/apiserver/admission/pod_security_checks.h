// The Pod Security Standards: which checks of a level a pod fails, with the wording of k8s.io/pod-security-admission. Pure.
#pragma once

#include <string>

#include "json/value.h"

namespace skiff::apiserver {

enum class SecurityLevel { Privileged, Baseline, Restricted };

// "allowPrivilegeEscalation != false (container \"c\" must ...), ..." or "" when the pod keeps the level. metadata and spec of the pod.
std::string security_violations(SecurityLevel level, const json::Value& metadata, const json::Value& spec);

}  // namespace skiff::apiserver
