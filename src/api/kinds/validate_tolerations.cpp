#include "api/kinds/validate.h"

namespace skiff::api::kinds {

using json::Value;

void validate_tolerations(const Value& tolerations, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < tolerations.size(); ++i) {
        const Value& toleration = tolerations[i];
        FieldPath at = path.index(i);
        const std::string &key = toleration["key"].as_string(), &op = toleration["operator"].as_string(), &value = toleration["value"].as_string();
        if (!key.empty()) add_complaints(check_qualified_name(key), at.child("key"), key, errors);
        if (key.empty() && op != "Exists")
            errors.invalid(at.child("operator"), toleration["operator"].is_null() ? Value("") : toleration["operator"],
                           "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        if (!toleration["tolerationSeconds"].is_null() && toleration["effect"].as_string() != "NoExecute")
            errors.invalid(at.child("effect"), toleration["effect"].is_null() ? Value("") : toleration["effect"],
                           "effect must be 'NoExecute' when `tolerationSeconds` is set");
        if (op == "Equal" || op.empty()) {
            for (const auto& complaint : check_label_value(value)) errors.invalid(at.child("operator"), value, complaint);
        } else if (op == "Exists") {
            if (!value.empty()) errors.invalid(at.child("operator"), value, "value must be empty when `operator` is 'Exists'");
        } else {
            errors.not_supported(at.child("operator"), op, {"Equal", "Exists"});
        }
        check_one_of(toleration["effect"], at.child("effect"), {"NoSchedule", "PreferNoSchedule", "NoExecute"}, errors, Presence::Optional);
    }
}

// As Kubernetes' own type prints.
static Value go_taint(const Value& taint) {
    return Value::object({{"Key", taint["key"].as_string()}, {"Value", taint["value"].as_string()}, {"Effect", taint["effect"].as_string()}, {"TimeAdded", taint["timeAdded"]}});
}

void validate_taints(const Value& taints, const FieldPath& path, FieldErrors& errors) {
    std::set<std::pair<std::string, std::string>> seen;
    for (size_t i = 0; i < taints.size(); ++i) {
        const Value& taint = taints[i];
        FieldPath at = path.index(i);
        const std::string& key = taint["key"].as_string();
        add_complaints(check_qualified_name(key), at.child("key"), key, errors);
        for (const auto& complaint : check_label_value(taint["value"].as_string())) errors.invalid(at.child("value"), taint["value"], complaint);
        check_one_of(taint["effect"], at.child("effect"), {"NoSchedule", "PreferNoSchedule", "NoExecute"}, errors);
        if (!seen.insert({taint["effect"].as_string(), key}).second) errors.duplicate(at, go_taint(taint), "taints must be unique by key and effect pair");
    }
}

}  // namespace skiff::api::kinds
