// Annotations of pods that have a meaning of their own.
#include "api/kinds/validate.h"
#include "base/strings.h"

#include <climits>

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr std::string_view kMirror = "kubernetes.io/config.mirror";
constexpr std::string_view kDeletionCost = "controller.kubernetes.io/pod-deletion-cost";
constexpr std::string_view kSeccompPod = "seccomp.security.alpha.kubernetes.io/pod";
constexpr std::string_view kSeccompContainer = "container.seccomp.security.alpha.kubernetes.io/";
constexpr std::string_view kAppArmor = "container.apparmor.security.beta.kubernetes.io/";
constexpr std::string_view kLocalhost = "localhost/";

// A plain number: no plus sign and no zeros in front.
bool is_deletion_cost(const std::string& text) {
    auto number = parse_int(text);
    return number && *number >= INT_MIN && *number <= INT_MAX && std::to_string(*number) == text;
}

void validate_seccomp_annotation(std::string_view key, const std::string& profile, const FieldPath& path, FieldErrors& errors) {
    if (profile == "runtime/default" || profile == "docker/default" || profile == "unconfined") return;
    if (profile.starts_with(kLocalhost)) check_local_descending_path(profile.substr(kLocalhost.size()), path.child(key), errors);
    else errors.invalid(path.child(key), profile, "must be a valid seccomp profile");
}

void validate_app_armor_annotation(std::string_view key, const std::string& profile, const Value& spec, const FieldPath& path, FieldErrors& errors) {
    std::string_view name = key.substr(kAppArmor.size());
    bool found = false;
    for (auto list : {"initContainers", "containers", "ephemeralContainers"})
        for (const Value& container : spec[list].items()) found = found || container["name"].as_string() == name;
    if (!found) errors.invalid(path.key(key), name, "container not found");
    if (!profile.empty() && profile != "runtime/default" && profile != "unconfined" && !profile.starts_with(kLocalhost))
        errors.invalid(path.key(key), profile, fmt::format("invalid AppArmor profile name: \"{}\"", profile));
}

}  // namespace

void validate_pod_annotations(const Value& annotations, const Value& spec, const FieldPath& path, FieldErrors& errors) {
    for (const auto& [key, value] : annotations.members()) {
        const std::string& text = value.as_string();
        if (key == kMirror && spec["nodeName"].empty()) errors.invalid(path.key(key), text, "must set spec.nodeName if mirror pod annotation is set");
        if (key == kDeletionCost && !is_deletion_cost(text)) errors.invalid(path.key(key), text, "must be a 32bit integer");
        if (key == kSeccompPod || key.starts_with(kSeccompContainer)) validate_seccomp_annotation(key, text, path, errors);
        if (key.starts_with(kAppArmor)) validate_app_armor_annotation(key, text, spec, path, errors);
    }
}

}  // namespace skiff::api::kinds
