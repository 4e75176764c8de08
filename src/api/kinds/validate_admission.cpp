#include "api/kinds/validate_admission.h"
#include "api/kinds/check.h"
#include "api/selector.h"
#include "base/strings.h"

#include <algorithm>

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");

bool has(const Value& list, std::string_view text) {
    return std::any_of(list.items().begin(), list.items().end(), [&](const Value& item) { return item.as_string() == text; });
}

void check_segments(const std::string& name, const FieldPath& path, FieldErrors& errors) {
    if (name.empty()) {
        errors.required(path, "");
        return;
    }
    auto complaints = check_dns1123_subdomain(name);
    add_complaints(complaints, path, name, errors);
    if (complaints.empty() && split(name, '.').size() < 3) errors.invalid(path, name, "should be a domain with at least three segments separated by dots");
}

void check_rule(const Value& rule, const FieldPath& path, FieldErrors& errors) {
    for (auto field : {"apiGroups", "apiVersions", "resources", "operations"})
        if (rule[field].size() == 0) errors.required(path.child(field), "");
    for (auto field : {"apiGroups", "apiVersions", "operations"})
        if (rule[field].size() > 1 && has(rule[field], "*"))
            errors.invalid(path.child(field), rule[field], "if '*' is present, must not specify other " +
                                                               std::string(std::string_view(field) == "apiGroups"     ? "API groups"
                                                                           : std::string_view(field) == "apiVersions" ? "API versions"
                                                                                                                      : "operations"));
    for (size_t i = 0; i < rule["operations"].size(); ++i)
        check_one_of(rule["operations"][i], path.child("operations").index(i), {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"}, errors);
    check_one_of(rule["scope"], path.child("scope"), {"*", "Cluster", "Namespaced"}, errors, Presence::Optional);
}

void check_client(const Value& config, const FieldPath& path, FieldErrors& errors) {
    const Value &url = config["url"], &service = config["service"];
    if (url.is_string() == service.is_object()) errors.required(path, "exactly one of url or service is required");
    else if (url.is_string()) {
        if (!url.as_string().starts_with("https://"))
            errors.invalid(path.child("url"), url, "'https' is the only allowed URL scheme; desired format: https://host[/path]");
    } else {
        for (auto field : {"name", "namespace"}) check_required(service[field], path.child("service").child(field), errors, std::string("service ") + field + " is required");
    }
}

void check_webhook(const Value& webhook, const FieldPath& path, FieldErrors& errors) {
    check_segments(webhook["name"].as_string(), path.child("name"), errors);
    const Value& versions = webhook["admissionReviewVersions"];
    if (versions.size() == 0) errors.required(path.child("admissionReviewVersions"), "must specify one of v1, v1beta1");
    else if (!has(versions, "v1") && !has(versions, "v1beta1"))
        errors.invalid(path.child("admissionReviewVersions"), versions, "must include at least one of v1, v1beta1");
    for (size_t i = 0; i < webhook["rules"].size(); ++i) check_rule(webhook["rules"][i], path.child("rules").index(i), errors);
    check_one_of(webhook["failurePolicy"], path.child("failurePolicy"), {"Fail", "Ignore"}, errors, Presence::Optional);
    check_one_of(webhook["matchPolicy"], path.child("matchPolicy"), {"Equivalent", "Exact"}, errors, Presence::Optional);
    check_one_of(webhook["reinvocationPolicy"], path.child("reinvocationPolicy"), {"IfNeeded", "Never"}, errors, Presence::Optional);
    if (webhook["sideEffects"].is_null()) errors.required(path.child("sideEffects"), "must specify one of None, NoneOnDryRun");
    else check_one_of(webhook["sideEffects"], path.child("sideEffects"), {"None", "NoneOnDryRun"}, errors);
    const Value& timeout = webhook["timeoutSeconds"];
    if (timeout.is_int() && (timeout.as_int() < 1 || timeout.as_int() > 30))
        errors.invalid(path.child("timeoutSeconds"), timeout, "the timeout value must be between 1 and 30 seconds");
    for (auto selector : {"namespaceSelector", "objectSelector"}) validate_label_selector(webhook[selector], path.child(selector), errors);
    check_client(webhook["clientConfig"], path.child("clientConfig"), errors);
}

void check_match(const Value& match, const FieldPath& path, FieldErrors& errors) {
    check_one_of(match["matchPolicy"], path.child("matchPolicy"), {"Equivalent", "Exact"}, errors);
    for (auto selector : {"namespaceSelector", "objectSelector"}) validate_label_selector(match[selector], path.child(selector), errors);
    for (auto rules : {"resourceRules", "excludeResourceRules"})
        for (size_t i = 0; i < match[rules].size(); ++i) check_rule(match[rules][i], path.child(rules).index(i), errors);
}

}  // namespace

void validate_webhooks(const Value& object, FieldErrors& errors) {
    std::set<std::string> names;
    const Value& webhooks = object["webhooks"];
    for (size_t i = 0; i < webhooks.size(); ++i) {
        FieldPath path = FieldPath("webhooks").index(i);
        check_webhook(webhooks[i], path, errors);
        const std::string& name = webhooks[i]["name"].as_string();
        if (!name.empty() && !names.insert(name).second) errors.duplicate(path.child("name"), name);
    }
}

void validate_admission_policy(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    check_one_of(spec["failurePolicy"], kSpec.child("failurePolicy"), {"Fail", "Ignore"}, errors, Presence::Optional);
    if (spec["paramKind"].is_object())
        for (auto field : {"apiVersion", "kind"}) check_required(spec["paramKind"][field], kSpec.child("paramKind").child(field), errors);
    if (!spec["matchConstraints"].is_object()) {
        errors.required(kSpec.child("matchConstraints"), "");
    } else {
        check_match(spec["matchConstraints"], kSpec.child("matchConstraints"), errors);
        if (spec["matchConstraints"]["resourceRules"].size() == 0) errors.required(kSpec.child("matchConstraints").child("resourceRules"), "");
    }
    if (spec["validations"].size() == 0 && spec["auditAnnotations"].size() == 0) {
        errors.required(kSpec.child("validations"), "validations or auditAnnotations must be non-empty if auditAnnotations or validations are not specified");
        return;
    }
    for (size_t i = 0; i < spec["validations"].size(); ++i)
        if (trim(spec["validations"][i]["expression"].as_string()).empty())
            errors.required(kSpec.child("validations").index(i).child("expression"), "expression is not specified");
}

void validate_admission_policy_binding(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    check_required(spec["policyName"], kSpec.child("policyName"), errors);
    if (spec["matchResources"].is_object()) check_match(spec["matchResources"], kSpec.child("matchResources"), errors);
    const Value& actions = spec["validationActions"];
    FieldPath path = kSpec.child("validationActions");
    if (actions.size() == 0) errors.required(path, "at least one validation action is required");
    std::set<std::string> seen;
    for (size_t i = 0; i < actions.size(); ++i) {
        check_one_of(actions[i], path.index(i), {"Audit", "Deny", "Warn"}, errors);
        if (!seen.insert(actions[i].as_string()).second) errors.duplicate(path.index(i), actions[i]);
    }
    if (has(actions, "Deny") && has(actions, "Warn"))
        errors.invalid(path, actions, "must not contain both Deny and Warn (repeating the same validation failure information in the API response and "
                                      "headers serves no purpose)");
}

}  // namespace skiff::api::kinds
