#include "api/kinds/validate_rbac.h"
#include "api/kinds/check.h"
#include "api/selector.h"

#include <algorithm>

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";
enum class RuleScope { Namespace, Cluster };

void validate_rule(const Value& rule, RuleScope scope, const FieldPath& path, FieldErrors& errors) {
    if (rule["verbs"].size() == 0) errors.required(path.child("verbs"), "verbs must contain at least one value");
    const Value& urls = rule["nonResourceURLs"];
    if (urls.size() > 0) {
        if (scope == RuleScope::Namespace) errors.invalid(path.child("nonResourceURLs"), urls, "namespaced rules cannot apply to non-resource URLs");
        if (rule["apiGroups"].size() + rule["resources"].size() + rule["resourceNames"].size() > 0)
            errors.invalid(path.child("nonResourceURLs"), urls, "rules cannot apply to both regular resources and non-resource URLs");
        return;
    }
    if (rule["apiGroups"].size() == 0) errors.required(path.child("apiGroups"), "resource rules must supply at least one api group");
    if (rule["resources"].size() == 0) errors.required(path.child("resources"), "resource rules must supply at least one resource");
}

void validate_rules(const Value& rules, RuleScope scope, FieldErrors& errors) {
    for (size_t i = 0; i < rules.size(); ++i) validate_rule(rules[i], scope, FieldPath("rules").index(i), errors);
}

void validate_subject(const Value& subject, RuleScope scope, const FieldPath& path, FieldErrors& errors) {
    const std::string &kind = subject["kind"].as_string(), &group = subject["apiGroup"].as_string(), &name = subject["name"].as_string();
    if (name.empty()) errors.required(path.child("name"), "");
    if (kind == "ServiceAccount") {
        if (!name.empty()) add_complaints(check_dns1123_subdomain(name), path.child("name"), name, errors);
        if (!group.empty()) errors.not_supported(path.child("apiGroup"), group, {""});
        // A RoleBinding means its own namespace.
        if (scope == RuleScope::Cluster && subject["namespace"].empty()) errors.required(path.child("namespace"), "");
    } else if (kind == "User" || kind == "Group") {
        if (group != kGroup) errors.not_supported(path.child("apiGroup"), group, {std::string(kGroup)});
    } else {
        errors.not_supported(path.child("kind"), kind, {"ServiceAccount", "User", "Group"});
    }
}

void validate_binding(const Value& object, RuleScope scope, const std::vector<std::string>& role_kinds, FieldErrors& errors) {
    const Value& role = object["roleRef"];
    FieldPath path("roleRef");
    if (role["apiGroup"].as_string() != kGroup) errors.not_supported(path.child("apiGroup"), role["apiGroup"], {std::string(kGroup)});
    if (std::find(role_kinds.begin(), role_kinds.end(), role["kind"].as_string()) == role_kinds.end())
        errors.not_supported(path.child("kind"), role["kind"], role_kinds);
    check_name(role["name"], check_path_segment, path.child("name"), errors);
    const Value& subjects = object["subjects"];
    for (size_t i = 0; i < subjects.size(); ++i) validate_subject(subjects[i], scope, FieldPath("subjects").index(i), errors);
}

}  // namespace

void validate_role(const Value& object, FieldErrors& errors) { validate_rules(object["rules"], RuleScope::Namespace, errors); }

void validate_cluster_role(const Value& object, FieldErrors& errors) {
    validate_rules(object["rules"], RuleScope::Cluster, errors);
    const Value& aggregation = object["aggregationRule"];
    if (!aggregation.is_object()) return;
    const Value& selectors = aggregation["clusterRoleSelectors"];
    FieldPath path = FieldPath("aggregationRule").child("clusterRoleSelectors");
    if (selectors.size() == 0) errors.required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
    for (size_t i = 0; i < selectors.size(); ++i) {
        FieldErrors found;
        validate_label_selector(selectors[i], path.index(i), found);
        errors.append(found);
        if (!found.empty()) errors.invalid(path.index(i), nullptr, "invalid label selector.");
    }
}

void validate_role_binding(const Value& object, FieldErrors& errors) { validate_binding(object, RuleScope::Namespace, {"Role", "ClusterRole"}, errors); }

void validate_cluster_role_binding(const Value& object, FieldErrors& errors) { validate_binding(object, RuleScope::Cluster, {"ClusterRole"}, errors); }

void validate_role_ref_update(const Value& object, const Value& old, FieldErrors& errors) {
    auto validate = object["kind"].as_string() == "ClusterRoleBinding" ? validate_cluster_role_binding : validate_role_binding;
    for (int time = 0; time < 2; ++time) validate(object, errors);   // as a new one, then as a changed one
    const Value& role = object["roleRef"];
    if (role == old["roleRef"]) return;
    Value go = Value::object({{"APIGroup", role["apiGroup"]}, {"Kind", role["kind"]}, {"Name", role["name"]}});
    errors.invalid(FieldPath("roleRef"), go, "cannot change roleRef");
}

}  // namespace skiff::api::kinds
