// Which Pod Security Standards hold in a namespace: its labels over the defaults of a PodSecurityConfiguration, and who is exempt. Pure.
// Source: KEP-2579; pod-security.admission.config.k8s.io/v1.
#pragma once

#include <string>
#include <vector>

#include "api/validation.h"
#include "server/apiserver/admission/pod_security_checks.h"

namespace skiff::apiserver {

constexpr std::string_view kSecurityPrefix = "pod-security.kubernetes.io/";
constexpr const char* kSecurityModes[] = {"enforce", "audit", "warn"};

struct SecurityPolicy {
    SecurityLevel level = SecurityLevel::Privileged;
    int minor = kLatestSecurity;
    std::string text() const;                                  // "baseline:v1.31"
    SecurityVerdict check(const json::Value& pod) const { return security_violations(level, minor, pod["metadata"], pod["spec"]); }
    bool operator==(const SecurityPolicy&) const = default;
};

struct SecurityPolicies {
    SecurityPolicy enforce, audit, warn;
    bool privileged() const { return enforce.level == audit.level && audit.level == warn.level && warn.level == SecurityLevel::Privileged; }
    bool operator==(const SecurityPolicies&) const = default;
};

struct PodSecurityConfiguration {
    SecurityPolicies defaults;
    std::vector<std::string> exempt_users, exempt_namespaces, exempt_runtime_classes;
    static bool has(const std::vector<std::string>& names, const std::string& name);
};

// What a namespace's labels ask for. What cannot be read enforces the strictest, and neither warns nor is written to the audit log.
SecurityPolicies read_security_labels(const json::Value& labels, const SecurityPolicies& defaults, api::FieldErrors& errors);
// null: the defaults. BadRequest names the first wrong field.
Result<PodSecurityConfiguration> read_pod_security(const json::Value& configuration);

}  // namespace skiff::apiserver
