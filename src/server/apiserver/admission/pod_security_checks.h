// The Pod Security Standards of every version: which checks of a level a pod fails, with the wording of k8s.io/pod-security-admission. Pure.
#pragma once

#include <climits>
#include <string>

#include "json/value.h"

namespace skiff::apiserver {

enum class SecurityLevel { Privileged, Baseline, Restricted };

// The minor version of the standards; those that are newer than any check are like the newest.
inline constexpr int kLatestSecurity = INT_MAX;

struct SecurityVerdict {
    std::string reasons;       // "hostPort, privileged"; "" when the pod keeps the level
    std::string details;       // "hostPort (container \"c\" uses hostPort 80), privileged (...)"
    bool ok() const { return reasons.empty(); }
};
// metadata and spec of the pod.
SecurityVerdict security_violations(SecurityLevel level, int minor, const json::Value& metadata, const json::Value& spec);

}  // namespace skiff::apiserver
