#include "api/kinds/validate.h"
#include "api/selector.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr const char* kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr const char* kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";

void validate_requirement(const Value& requirement, const FieldPath& path, FieldErrors& errors) {
    const std::string &op = requirement["operator"].as_string(), &key = requirement["key"].as_string();
    size_t values = requirement["values"].size();
    if (op == "In" || op == "NotIn") {
        if (values == 0) errors.required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (op == "Exists" || op == "DoesNotExist") {
        if (values > 0) errors.forbidden(path.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else if (op == "Gt" || op == "Lt") {
        if (values != 1) errors.required(path.child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'");
    } else {
        errors.invalid(path.child("operator"), op, "not a valid selector operator");
    }
    add_complaints(check_qualified_name(key), path.child("key"), key, errors);
}

void validate_field_requirement(const Value& requirement, const FieldPath& path, FieldErrors& errors) {
    const std::string &op = requirement["operator"].as_string(), &key = requirement["key"].as_string();
    if (op != "In" && op != "NotIn") errors.invalid(path.child("operator"), op, "not a valid selector operator");
    else if (requirement["values"].size() != 1) errors.required(path.child("values"), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    if (key != "metadata.name") errors.invalid(path.child("key"), key, "not a valid field selector key");
}

void validate_node_term(const Value& term, const FieldPath& path, FieldErrors& errors) {
    const Value &expressions = term["matchExpressions"], &fields = term["matchFields"];
    for (size_t i = 0; i < expressions.size(); ++i) validate_requirement(expressions[i], path.child("matchExpressions").index(i), errors);
    for (size_t i = 0; i < fields.size(); ++i) validate_field_requirement(fields[i], path.child("matchFields").index(i), errors);
}

void check_weight(const Value& weight, const FieldPath& path, FieldErrors& errors) {
    if (weight.as_int() <= 0 || weight.as_int() > 100) errors.invalid(path, weight, "must be in the range 1-100");
}

void validate_pod_term(const Value& term, const FieldPath& path, FieldErrors& errors) {
    validate_label_selector(term["labelSelector"], path.child("labelSelector"), errors);
    validate_label_selector(term["namespaceSelector"], path.child("namespaceSelector"), errors);
    for (const auto& ns : term["namespaces"].items())
        add_complaints(check_dns1123_label(ns.as_string()), path.child("namespace"), ns.as_string(), errors);
    const std::string& key = term["topologyKey"].as_string();
    if (key.empty()) errors.required(path.child("topologyKey"), "can not be empty");
    add_complaints(check_qualified_name(key), path.child("topologyKey"), key, errors);
}

void validate_pod_rules(const Value& rules, const FieldPath& path, FieldErrors& errors) {
    const Value &required = rules[kRequired], &preferred = rules[kPreferred];
    for (size_t i = 0; i < required.size(); ++i) validate_pod_term(required[i], path.child(kRequired).index(i), errors);
    for (size_t i = 0; i < preferred.size(); ++i) {
        FieldPath at = path.child(kPreferred).index(i);
        check_weight(preferred[i]["weight"], at.child("weight"), errors);
        validate_pod_term(preferred[i]["podAffinityTerm"], at.child("podAffinityTerm"), errors);
    }
}

}  // namespace

void validate_node_selector(const Value& selector, const FieldPath& path, FieldErrors& errors) {
    FieldPath at = path.child("nodeSelectorTerms");
    const Value& terms = selector["nodeSelectorTerms"];
    if (terms.size() == 0) errors.required(at, "must have at least one node selector term");
    for (size_t i = 0; i < terms.size(); ++i) validate_node_term(terms[i], at.index(i), errors);
}

void validate_affinity(const Value& affinity, const FieldPath& path, FieldErrors& errors) {
    const Value& node = affinity["nodeAffinity"];
    FieldPath at = path.child("nodeAffinity");
    if (node[kRequired].is_object()) validate_node_selector(node[kRequired], at.child(kRequired), errors);
    const Value& preferred = node[kPreferred];
    for (size_t i = 0; i < preferred.size(); ++i) {
        check_weight(preferred[i]["weight"], at.child(kPreferred).index(i).child("weight"), errors);
        validate_node_term(preferred[i]["preference"], at.child(kPreferred).index(i).child("preference"), errors);
    }
    for (auto side : {"podAffinity", "podAntiAffinity"}) validate_pod_rules(affinity[side], path.child(side), errors);
}

void validate_topology_spread(const Value& constraints, const FieldPath& path, FieldErrors& errors) {
    std::set<std::pair<std::string, std::string>> seen;
    for (size_t i = 0; i < constraints.size(); ++i) {
        const Value& constraint = constraints[i];
        FieldPath at = path.index(i);
        if (constraint["maxSkew"].as_int() <= 0) errors.invalid(at.child("maxSkew"), constraint["maxSkew"], "must be greater than zero");
        const std::string &key = constraint["topologyKey"].as_string(), &when = constraint["whenUnsatisfiable"].as_string();
        if (key.empty()) errors.required(at.child("topologyKey"), "can not be empty");
        add_complaints(check_qualified_name(key), at.child("topologyKey"), key, errors);
        if (when != "DoNotSchedule" && when != "ScheduleAnyway") errors.not_supported(at.child("whenUnsatisfiable"), when, {"DoNotSchedule", "ScheduleAnyway"});
        if (!seen.insert({key, when}).second) errors.duplicate(at.child("{topologyKey, whenUnsatisfiable}"), "{" + key + ", " + when + "}");
        const Value& domains = constraint["minDomains"];
        if (domains.is_int() && domains.as_int() <= 0) errors.invalid(at.child("minDomains"), domains, "must be greater than zero");
        if (domains.is_int() && when != "DoNotSchedule")
            errors.invalid(at.child("minDomains"), domains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + when);
        validate_label_selector(constraint["labelSelector"], at.child("labelSelector"), errors);
    }
}

}  // namespace skiff::api::kinds
