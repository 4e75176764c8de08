#include "api/kinds/validate_admission.h"
#include "api/kinds/check.h"
#include "api/kinds/check_webhook.h"
#include "api/kinds/validate_parts.h"
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

// Resources and subresources of a rule: "pods", "pods/log", "pods/*", "*/scale", "*", "*/*"; none that another one covers.
void check_resources(const Value& resources, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> of_resource, of_subresource;
    bool plain = false;
    for (size_t i = 0; i < resources.size(); ++i) {
        const std::string& text = resources[i].as_string();
        if (text.empty()) {
            errors.required(path.index(i), "");
            continue;
        }
        size_t slash = text.find('/');
        if (slash == text.npos) {
            plain = text != "*";
            continue;
        }
        const std::string resource = text.substr(0, slash), sub = text.substr(slash + 1);
        if (of_resource.count(resource)) errors.invalid(path.index(i), text, "if '" + resource + "/*' is present, must not specify " + text);
        if (of_subresource.count(sub)) errors.invalid(path.index(i), text, "if '*/" + sub + "' is present, must not specify " + text);
        if (sub == "*") of_resource.insert(resource);
        if (resource == "*") of_subresource.insert(sub);
    }
    if (resources.size() > 1 && has(resources, "*/*")) errors.invalid(path, resources, "if '*/*' is present, must not specify other resources");
    if (plain && has(resources, "*")) errors.invalid(path, resources, "if '*' is present, must not specify other resources without subresources");
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
        check_listed(rule["operations"][i], path.child("operations").index(i), {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"}, errors);
    for (size_t i = 0; i < rule["apiVersions"].size(); ++i) check_required(rule["apiVersions"][i], path.child("apiVersions").index(i), errors);
    check_resources(rule["resources"], path.child("resources"), errors);
    check_one_of(rule["scope"], path.child("scope"), {"*", "Cluster", "Namespaced"}, errors, Presence::Optional);
}

void check_client(const Value& config, const FieldPath& path, FieldErrors& errors) {
    const Value &url = config["url"], &service = config["service"];
    if (url.is_string() == service.is_object()) errors.required(path, "exactly one of url or service is required");
    else if (url.is_string()) {
        check_webhook_url(url.as_string(), path.child("url"), errors);
    } else {
        check_webhook_service(service, path.child("service"), errors);
    }
}

bool is_identifier(std::string_view text) {
    if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

// Whether the expressions themselves are right is found out at admission.
void check_match_conditions(const Value& conditions, const FieldPath& path, FieldErrors& errors) {
    if (conditions.size() > 64) errors.too_many(path, conditions.size(), 64);
    std::set<std::string> names;
    for (size_t i = 0; i < conditions.size(); ++i) {
        const Value& condition = conditions[i];
        FieldPath here = path.index(i);
        if (trim(condition["expression"].as_string()).empty()) errors.required(here.child("expression"), "");
        const std::string& name = condition["name"].as_string();
        if (name.empty()) errors.required(here.child("name"), "");
        else add_complaints(check_qualified_name(name), here.child("name"), name, errors);
        if (!name.empty() && !names.insert(name).second) errors.duplicate(here.child("name"), name);
    }
}

void check_webhook(const Value& webhook, const FieldPath& path, FieldErrors& errors) {
    check_segments(webhook["name"].as_string(), path.child("name"), errors);
    const Value& versions = webhook["admissionReviewVersions"];
    if (versions.size() == 0) errors.required(path.child("admissionReviewVersions"), "must specify one of v1, v1beta1");
    std::set<std::string> seen;
    for (size_t i = 0; i < versions.size(); ++i) {
        const std::string& version = versions[i].as_string();
        FieldPath at = path.child("admissionReviewVersions").index(i);
        if (!seen.insert(version).second) errors.invalid(at, version, "duplicate version");
        else add_complaints(check_dns1035_label(version), at, version, errors);
    }
    if (versions.size() > 0 && !seen.count("v1") && !seen.count("v1beta1"))
        errors.invalid(path.child("admissionReviewVersions"), versions, "must include at least one of v1, v1beta1");
    for (size_t i = 0; i < webhook["rules"].size(); ++i) check_rule(webhook["rules"][i], path.child("rules").index(i), errors);
    check_one_of(webhook["failurePolicy"], path.child("failurePolicy"), {"Fail", "Ignore"}, errors, Presence::Optional);
    check_one_of(webhook["matchPolicy"], path.child("matchPolicy"), {"Equivalent", "Exact"}, errors, Presence::Optional);
    check_one_of(webhook["reinvocationPolicy"], path.child("reinvocationPolicy"), {"IfNeeded", "Never"}, errors, Presence::Optional);
    if (webhook["sideEffects"].is_null()) errors.required(path.child("sideEffects"), "must specify one of None, NoneOnDryRun");
    else check_listed(webhook["sideEffects"], path.child("sideEffects"), {"None", "NoneOnDryRun"}, errors);
    const Value& timeout = webhook["timeoutSeconds"];
    if (timeout.is_int() && (timeout.as_int() < 1 || timeout.as_int() > 30))
        errors.invalid(path.child("timeoutSeconds"), timeout, "the timeout value must be between 1 and 30 seconds");
    for (auto selector : {"namespaceSelector", "objectSelector"}) validate_label_selector(webhook[selector], path.child(selector), errors);
    check_client(webhook["clientConfig"], path.child("clientConfig"), errors);
    check_match_conditions(webhook["matchConditions"], path.child("matchConditions"), errors);
}

void check_match(const Value& match, const FieldPath& path, FieldErrors& errors) {
    if (match["matchPolicy"].is_null()) errors.required(path.child("matchPolicy"), "");
    else check_listed(match["matchPolicy"], path.child("matchPolicy"), {"Equivalent", "Exact"}, errors);
    for (auto selector : {"namespaceSelector", "objectSelector"}) validate_label_selector(match[selector], path.child(selector), errors);
    for (auto rules : {"resourceRules", "excludeResourceRules"})
        for (size_t i = 0; i < match[rules].size(); ++i) {
            const Value& names = match[rules][i]["resourceNames"];
            FieldPath at = path.child(rules).index(i);
            std::set<std::string> seen;
            for (size_t n = 0; n < names.size(); ++n) {
                add_complaints(check_path_segment(names[n].as_string()), at.child("resourceNames").index(n), names[n].as_string(), errors);
                if (!seen.insert(names[n].as_string()).second) errors.duplicate(at.child("resourceNames").index(n), names[n]);
            }
            check_rule(match[rules][i], at, errors);
        }
}

void check_param_kind(const Value& kind, const FieldPath& path, FieldErrors& errors) {
    const std::string& version = kind["apiVersion"].as_string();
    if (version.empty()) {
        errors.required(path.child("apiVersion"), "");
    } else if (std::count(version.begin(), version.end(), '/') > 1) {
        errors.invalid(path.child("apiVersion"), version, "unexpected GroupVersion string: " + version);
    } else {
        size_t slash = version.find('/');
        std::string group = slash == std::string::npos ? "" : version.substr(0, slash), name = slash == std::string::npos ? version : version.substr(slash + 1);
        if (auto wrong = check_dns1123_subdomain(group); !group.empty() && !wrong.empty()) errors.invalid(path.child("apiVersion"), group, join(wrong, ","));
        if (name.empty()) errors.invalid(path.child("apiVersion"), version, "version must be specified");
        else if (auto wrong = check_dns1035_label(name); !wrong.empty()) errors.invalid(path.child("apiVersion"), name, join(wrong, ","));
    }
    const std::string& name = kind["kind"].as_string();
    if (name.empty()) errors.required(path.child("kind"), "");
    else if (auto wrong = check_dns1035_label(lower(name)); !wrong.empty())
        errors.invalid(path.child("kind"), name, "may have mixed case, but should otherwise match: " + join(wrong, ","));
}

void check_validation(const Value& validation, const FieldPath& path, FieldErrors& errors) {
    if (trim(validation["expression"].as_string()).empty()) errors.required(path.child("expression"), "expression is not specified");
    for (auto field : {"messageExpression", "message"}) {
        const Value& text = validation[field];
        std::string_view trimmed = trim(text.as_string());
        if (!text.as_string().empty() && trimmed.empty()) errors.invalid(path.child(field), text, "must be non-empty if specified");
        else if (std::string_view(field) == "message" && trimmed.find('\n') != std::string_view::npos) errors.invalid(path.child(field), text, "must not contain line breaks");
    }
    check_one_of(validation["reason"], path.child("reason"), {"Forbidden", "Invalid", "RequestEntityTooLarge"}, errors, Presence::Optional);
}

void check_annotations(const Value& policy, FieldErrors& errors) {
    constexpr size_t kAnnotationsMax = 20, kExpressionBytesMax = 5 * 1024;
    const Value& annotations = policy["spec"]["auditAnnotations"];
    FieldPath path = kSpec.child("auditAnnotations");
    if (annotations.size() > kAnnotationsMax) errors.invalid(path, annotations, "must not have more than 20 auditAnnotations");
    std::set<std::string> keys;
    const std::string& name = policy["metadata"]["name"].as_string();
    for (size_t i = 0; i < annotations.size(); ++i) {
        const std::string& key = annotations[i]["key"].as_string();
        FieldPath here = path.index(i);
        if (name.empty()) errors.invalid(here.child("key"), key, "requires metadata.name be non-empty");
        else add_complaints(check_qualified_name(name + "/" + key), here.child("key"), name + "/" + key, errors);
        std::string_view expression = trim(annotations[i]["valueExpression"].as_string());
        if (expression.empty()) errors.required(here.child("valueExpression"), "valueExpression is not specified");
        else if (expression.size() > kExpressionBytesMax) errors.required(here.child("valueExpression"), "must not exceed 5120 bytes in length");
        if (!keys.insert(key).second) errors.duplicate(here.child("key"), key);
    }
}

void check_param_ref(const Value& ref, const FieldPath& path, FieldErrors& errors) {
    const std::string& name = ref["name"].as_string();
    bool selects = ref["selector"].is_object();
    if (!name.empty()) {
        add_complaints(check_path_segment(name), path.child("name"), name, errors);
        if (selects) errors.forbidden(path.child("name"), "name and selector are mutually exclusive");
    }
    if (selects) {
        validate_label_selector(ref["selector"], path.child("selector"), errors);
        if (!name.empty()) errors.forbidden(path.child("selector"), "name and selector are mutually exclusive");
    }
    if (name.empty() && !selects) errors.required(path, "one of name or selector must be specified");
    check_one_of(ref["parameterNotFoundAction"], path.child("parameterNotFoundAction"), {"Deny", "Allow"}, errors);
}

// Nothing can be changed in what is deleted.
void check_operations(const Value& match, const FieldPath& path, FieldErrors& errors) {
    for (const Value& rule : match["resourceRules"].items())
        for (const Value& operation : rule["operations"].items())
            check_one_of(operation, path.child("resourceRules").child("operations"), {"*", "CONNECT", "CREATE", "UPDATE"}, errors);
}

// What policies of both kinds have in common.
void check_policy_spec(const Value& spec, FieldErrors& errors, bool mutating) {
    check_one_of(spec["failurePolicy"], kSpec.child("failurePolicy"), {"Fail", "Ignore"}, errors, Presence::Optional);
    if (spec["paramKind"].is_object()) check_param_kind(spec["paramKind"], kSpec.child("paramKind"), errors);
    if (!spec["matchConstraints"].is_object()) {
        errors.required(kSpec.child("matchConstraints"), "");
    } else {
        check_match(spec["matchConstraints"], kSpec.child("matchConstraints"), errors);
        if (spec["matchConstraints"]["resourceRules"].size() == 0) errors.required(kSpec.child("matchConstraints").child("resourceRules"), "");
        if (mutating) check_operations(spec["matchConstraints"], kSpec.child("matchConstraints"), errors);
    }
    check_match_conditions(spec["matchConditions"], kSpec.child("matchConditions"), errors);
    for (size_t i = 0; i < spec["variables"].size(); ++i) {
        const Value& variable = spec["variables"][i];
        FieldPath path = kSpec.child("variables").index(i);
        if (trim(variable["name"].as_string()).empty()) errors.required(path.child("name"), "name is not specified");
        else if (!is_identifier(variable["name"].as_string())) errors.invalid(path.child("name"), variable["name"], "must be a valid CEL identifier");
        if (trim(variable["expression"].as_string()).empty()) errors.required(path.child("expression"), "expression is not specified");
    }
}

void check_mutation(const Value& mutation, const FieldPath& path, FieldErrors& errors) {
    check_one_of(mutation["patchType"], path.child("patchType"), {"ApplyConfiguration", "JSONPatch"}, errors);
    const std::string& type = mutation["patchType"].as_string();
    if (type != "ApplyConfiguration" && type != "JSONPatch") return;
    bool patch = type == "JSONPatch";
    const char *wanted = patch ? "jsonPatch" : "applyConfiguration", *other = patch ? "applyConfiguration" : "jsonPatch";
    if (!mutation[wanted].is_object()) errors.required(path.child(wanted), "must be specified when patchType is " + type);
    else if (trim(mutation[wanted]["expression"].as_string()).empty()) errors.required(path.child(wanted).child("expression"), "");
    if (mutation[other].is_object()) errors.invalid(path.child(other), std::string("{") + other + "}", "must not be specified when patchType is " + type);
}

void check_binding_spec(const Value& spec, FieldErrors& errors) {
    check_required(spec["policyName"], kSpec.child("policyName"), errors);
    if (!spec["policyName"].as_string().empty()) add_complaints(check_dns1123_subdomain(spec["policyName"].as_string()), kSpec.child("policyName"), spec["policyName"].as_string(), errors);
    if (spec["paramRef"].is_object()) check_param_ref(spec["paramRef"], kSpec.child("paramRef"), errors);
    if (spec["matchResources"].is_object()) check_match(spec["matchResources"], kSpec.child("matchResources"), errors);
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
    check_policy_spec(spec, errors, false);
    if (spec["validations"].size() == 0 && spec["auditAnnotations"].size() == 0) {
        for (auto field : {"validations", "auditAnnotations"}) errors.required(kSpec.child(field), "validations or auditAnnotations must contain at least one item");
        return;
    }
    for (size_t i = 0; i < spec["validations"].size(); ++i) check_validation(spec["validations"][i], kSpec.child("validations").index(i), errors);
    check_annotations(object, errors);
}

void validate_mutating_policy(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    check_policy_spec(spec, errors, true);
    if (spec["mutations"].size() == 0) errors.required(kSpec.child("mutations"), "mutations must contain at least one item");
    for (size_t i = 0; i < spec["mutations"].size(); ++i) check_mutation(spec["mutations"][i], kSpec.child("mutations").index(i), errors);
    check_one_of(spec["reinvocationPolicy"], kSpec.child("reinvocationPolicy"), {"IfNeeded", "Never"}, errors);
}

void validate_mutating_policy_binding(const Value& object, FieldErrors& errors) {
    check_binding_spec(object["spec"], errors);
    check_operations(object["spec"]["matchResources"], kSpec.child("matchResources"), errors);
}

void validate_admission_policy_binding(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    check_binding_spec(spec, errors);
    const Value& actions = spec["validationActions"];
    FieldPath path = kSpec.child("validationActions");
    if (actions.size() == 0) errors.required(path, "at least one validation action is required");
    std::set<std::string> seen;
    for (size_t i = 0; i < actions.size(); ++i) {
        check_listed(actions[i], path.index(i), {"Audit", "Deny", "Warn"}, errors);
        if (!seen.insert(actions[i].as_string()).second) errors.duplicate(path.index(i), actions[i]);
    }
    if (has(actions, "Deny") && has(actions, "Warn"))
        errors.invalid(path, actions, "must not contain both Deny and Warn (repeating the same validation failure information in the API response and "
                                      "headers serves no purpose)");
}

}  // namespace skiff::api::kinds
