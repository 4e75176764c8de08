#include "server/apiserver/admission/pod_security_policy.h"

#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "api/names.h"
#include "base/strings.h"
#include "server/apiserver/admission/settings.h"

namespace skiff::apiserver {
namespace {

constexpr const char* kLevelRule = "must be one of privileged, baseline, restricted";
constexpr const char* kVersionRule = "must be \"latest\" or \"v1.x\"";

std::optional<SecurityLevel> level_of(std::string_view text) {
    if (text == "privileged") return SecurityLevel::Privileged;
    if (text == "baseline") return SecurityLevel::Baseline;
    if (text == "restricted") return SecurityLevel::Restricted;
    return {};
}

std::optional<int> minor_of(std::string_view text) {
    if (text == "latest") return kLatestSecurity;
    if (!text.starts_with("v1.") || text.size() > 9 || (text.size() > 4 && text[3] == '0')) return {};
    text.remove_prefix(3);
    if (text.find_first_not_of("0123456789") != text.npos) return {};
    auto minor = parse_int(text);
    return minor ? std::optional<int>(static_cast<int>(*minor)) : std::nullopt;
}

SecurityPolicies read_defaults(const json::Value& defaults, api::FieldErrors& errors) {
    SecurityPolicies out;
    SecurityPolicy* policies[] = {&out.enforce, &out.audit, &out.warn};
    const api::FieldPath path("defaults");
    for (int mode = 0; mode < 3; ++mode) {
        const std::string key = kSecurityModes[mode], version_key = key + "-version";
        const json::Value &level = defaults[key], &version = defaults[version_key];
        if (!level.as_string().empty()) {
            if (auto known = level_of(level.as_string())) policies[mode]->level = *known;
            else errors.invalid(path.child(key), level, kLevelRule);
        }
        if (!version.as_string().empty()) {
            if (auto known = minor_of(version.as_string())) policies[mode]->minor = *known;
            else errors.invalid(path.child(version_key), version, kVersionRule);
        }
    }
    return out;
}

std::vector<std::string> read_names(const json::Value& exemptions, const char* list, api::Complaints (*check)(std::string_view), api::FieldErrors& errors) {
    std::vector<std::string> out;
    for (size_t i = 0; i < exemptions[list].size(); ++i) {
        const json::Value& name = exemptions[list][i];
        const auto path = api::FieldPath("exemptions").child(list).index(i);
        if (auto wrong = check(name.as_string()); !wrong.empty()) errors.invalid(path, name, join(wrong, ", "));
        else if (PodSecurityConfiguration::has(out, name.as_string())) errors.duplicate(path, name);
        else out.push_back(name.as_string());
    }
    return out;
}

api::Complaints check_user(std::string_view name) { return name.empty() ? api::Complaints{"username must not be empty"} : api::Complaints{}; }

}  // namespace

std::string SecurityPolicy::text() const {
    static constexpr std::string_view kNames[] = {"privileged", "baseline", "restricted"};
    return fmt::format("{}:{}", kNames[static_cast<int>(level)], minor == kLatestSecurity ? "latest" : fmt::format("v1.{}", minor));
}

bool PodSecurityConfiguration::has(const std::vector<std::string>& names, const std::string& name) {
    return !name.empty() && std::find(names.begin(), names.end(), name) != names.end();
}

SecurityPolicies read_security_labels(const json::Value& labels, const SecurityPolicies& defaults, api::FieldErrors& errors) {
    SecurityPolicies out = defaults;
    const api::FieldPath path = api::FieldPath("metadata").child("labels");
    bool has_level[3] = {}, has_version[3] = {};
    SecurityPolicy* policies[] = {&out.enforce, &out.audit, &out.warn};
    for (int mode = 0; mode < 3; ++mode) {
        const std::string key = std::string(kSecurityPrefix) + kSecurityModes[mode], version_key = key + "-version";
        if (const json::Value* label = labels.find(key)) {
            auto level = level_of(label->as_string());
            if (!level) errors.invalid(path.key(key), *label, kLevelRule);
            policies[mode]->level = level.value_or(mode == 0 ? SecurityLevel::Restricted : SecurityLevel::Privileged);
            has_level[mode] = level.has_value() || mode != 0;
        }
        if (const json::Value* label = labels.find(version_key)) {
            auto minor = minor_of(label->as_string());
            if (!minor) errors.invalid(path.key(version_key), *label, kVersionRule);
            policies[mode]->minor = minor.value_or(kLatestSecurity);
            has_version[mode] = true;
        }
    }
    // Who enforces is warned as well, unless told otherwise.
    if (!has_level[2] && has_level[0] && out.enforce.level > out.warn.level) {
        out.warn.level = out.enforce.level;
        if (!has_version[2]) out.warn.minor = out.enforce.minor;
    }
    return out;
}

Result<PodSecurityConfiguration> read_pod_security(const json::Value& configuration) {
    PodSecurityConfiguration out;
    if (configuration.is_null()) return out;
    TRY(expect_configuration(configuration, "pod-security.admission.config.k8s.io", {"v1", "v1beta1", "v1alpha1"}, "PodSecurityConfiguration", {"defaults", "exemptions"}));
    api::FieldErrors errors;
    out.defaults = read_defaults(configuration["defaults"], errors);
    const json::Value& exemptions = configuration["exemptions"];
    out.exempt_namespaces = read_names(exemptions, "namespaces", api::check_dns1123_label, errors);
    out.exempt_runtime_classes = read_names(exemptions, "runtimeClasses", api::check_dns1123_subdomain, errors);
    out.exempt_users = read_names(exemptions, "usernames", check_user, errors);
    if (!errors.empty()) return Status(Reason::BadRequest, errors.text());
    return out;
}

}  // namespace skiff::apiserver
