#include <map>

#include "api/kinds/validate.h"
#include "api/selector.h"
#include "base/strings.h"
#include "base/text_map.h"
#include "json/member_index.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr const char* kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr const char* kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";

// What is only preferred may have values that no label can have.
enum class LabelValues { Valid, Any };

void validate_requirement(const Value& requirement, LabelValues values_rule, const FieldPath& path, FieldErrors& errors) {
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
    if (values_rule == LabelValues::Any) return;
    for (size_t i = 0; i < values; ++i)
        add_complaints(check_label_value(requirement["values"][i].as_string()), path.child("values").index(i), requirement["values"][i].as_string(), errors);
}

void validate_field_requirement(const Value& requirement, const FieldPath& path, FieldErrors& errors) {
    const std::string &op = requirement["operator"].as_string(), &key = requirement["key"].as_string();
    if (op != "In" && op != "NotIn") errors.invalid(path.child("operator"), op, "not a valid selector operator");
    else if (requirement["values"].size() != 1) errors.required(path.child("values"), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    if (key != "metadata.name") {
        errors.invalid(path.child("key"), key, "not a valid field selector key");
        return;
    }
    for (size_t i = 0; i < requirement["values"].size(); ++i)
        add_complaints(check_dns1123_subdomain(requirement["values"][i].as_string()), path.child("values").index(i), requirement["values"][i].as_string(), errors);
}

void validate_node_term(const Value& term, LabelValues values, const FieldPath& path, FieldErrors& errors) {
    const Value &expressions = term["matchExpressions"], &fields = term["matchFields"];
    for (size_t i = 0; i < expressions.size(); ++i) validate_requirement(expressions[i], values, path.child("matchExpressions").index(i), errors);
    for (size_t i = 0; i < fields.size(); ++i) validate_field_requirement(fields[i], path.child("matchFields").index(i), errors);
}

// Keys of labels whose values a selector takes from the pod itself.
void validate_label_keys(const Value& owner, bool merged, const FieldPath& path, FieldErrors& errors) {
    const Value &match = owner["matchLabelKeys"], &mismatch = owner["mismatchLabelKeys"], &selector = owner["labelSelector"];
    json::MemberIndex labels(selector["matchLabels"]);
    for (auto list : {"matchLabelKeys", "mismatchLabelKeys"}) {
        if (owner[list].size() == 0) continue;
        if (!selector.is_object()) {
            errors.forbidden(path.child(list), "must not be specified when labelSelector is not set");
            continue;
        }
        for (size_t i = 0; i < owner[list].size(); ++i) {
            const std::string& key = owner[list][i].as_string();
            add_complaints(check_qualified_name(key), path.child(list).index(i), key, errors);
            if (!merged && labels.has(key)) errors.invalid(path.child(list).index(i), key, "exists in both matchLabelKeys and labelSelector");
        }
    }
    std::map<std::string_view, size_t> times;
    for (const Value& other : mismatch.items()) ++times[other.as_string()];
    for (size_t i = 0; i < match.size(); ++i)
        if (auto both = times.find(match[i].as_string()); both != times.end())
            for (size_t n = 0; n < both->second && !errors.full(); ++n)
                errors.invalid(path.child("matchLabelKeys").index(i), match[i], "exists in both matchLabelKeys and mismatchLabelKeys");
}

void check_weight(const Value& weight, const FieldPath& path, FieldErrors& errors) {
    if (weight.as_int() <= 0 || weight.as_int() > 100) errors.invalid(path, weight, "must be in the range 1-100");
}

void validate_pod_term(const Value& term, const FieldPath& path, FieldErrors& errors) {
    validate_label_selector(term["labelSelector"], path.child("labelSelector"), errors);
    validate_label_selector(term["namespaceSelector"], path.child("namespaceSelector"), errors);
    validate_label_keys(term, true, path, errors);
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
    for (size_t i = 0; i < terms.size(); ++i) validate_node_term(terms[i], LabelValues::Valid, at.index(i), errors);
}

void validate_affinity(const Value& affinity, const FieldPath& path, FieldErrors& errors) {
    const Value& node = affinity["nodeAffinity"];
    FieldPath at = path.child("nodeAffinity");
    if (node[kRequired].is_object()) validate_node_selector(node[kRequired], at.child(kRequired), errors);
    const Value& preferred = node[kPreferred];
    for (size_t i = 0; i < preferred.size(); ++i) {
        check_weight(preferred[i]["weight"], at.child(kPreferred).index(i).child("weight"), errors);
        validate_node_term(preferred[i]["preference"], LabelValues::Any, at.child(kPreferred).index(i).child("preference"), errors);
    }
    for (auto side : {"podAffinity", "podAntiAffinity"}) validate_pod_rules(affinity[side], path.child(side), errors);
}

void validate_topology_spread(const Value& constraints, const FieldPath& path, FieldErrors& errors) {
    auto same = [](const Value& constraint) { return constraint["topologyKey"].as_string() + "\n" + constraint["whenUnsatisfiable"].as_string(); };
    TextMap<size_t> later;   // how many have this pair from here on
    for (const Value& constraint : constraints.items()) ++later[same(constraint)];
    for (size_t i = 0; i < constraints.size(); ++i) {
        const Value& constraint = constraints[i];
        FieldPath at = path.index(i);
        if (constraint["maxSkew"].as_int() <= 0) errors.invalid(at.child("maxSkew"), constraint["maxSkew"], "must be greater than zero");
        const std::string &key = constraint["topologyKey"].as_string(), &when = constraint["whenUnsatisfiable"].as_string();
        if (key.empty()) errors.required(at.child("topologyKey"), "can not be empty");
        if (when != "DoNotSchedule" && when != "ScheduleAnyway") errors.not_supported(at.child("whenUnsatisfiable"), when, {"DoNotSchedule", "ScheduleAnyway"});
        for (size_t times = --later[same(constraint)]; times > 0 && !errors.full(); --times)
            errors.duplicate(at.child("{topologyKey, whenUnsatisfiable}"), "{" + key + ", " + when + "}");
        for (auto policy : {"nodeAffinityPolicy", "nodeTaintsPolicy"})
            check_one_of(constraint[policy], at.child(policy), {"Honor", "Ignore"}, errors, Presence::Optional);
        validate_label_keys(constraint, true, at, errors);
        const Value& domains = constraint["minDomains"];
        if (domains.is_int() && domains.as_int() <= 0) errors.invalid(at.child("minDomains"), domains, "must be greater than zero");
        if (domains.is_int() && when != "DoNotSchedule")
            errors.invalid(at.child("minDomains"), domains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + when);
        validate_label_selector(constraint["labelSelector"], at.child("labelSelector"), errors);
    }
}

}  // namespace skiff::api::kinds
