#include <algorithm>

#include "api/kinds/validate.h"
#include "api/kinds/validate_config.h"
#include "api/quantity.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");

// lower <= upper for each resource that both name.
void check_order(const Value& item, const char* low, const char* high, const FieldPath& path, std::string_view words, FieldErrors& errors) {
    for (const auto& [name, amount] : item[low].members()) {
        const Value* bound = item[high].find(name);
        if (!bound || Quantity::parse_or_zero(amount.as_string()) <= Quantity::parse_or_zero(bound->as_string())) continue;
        errors.invalid(path.child(low).key(name), amount, fmt::format("{} value {} is greater than {} value {}", words.substr(0, words.find('|')), amount.as_string(),
                                                                      words.substr(words.find('|') + 1), bound->as_string()));
    }
}

void validate_limit(const Value& item, const FieldPath& path, FieldErrors& errors) {
    const std::string& type = item["type"].as_string();
    for (auto list : {"max", "min", "default", "defaultRequest", "maxLimitRequestRatio"})
        for (const auto& [name, amount] : item[list].members()) {
            validate_resource_name(name, path.child(list).key(name), errors);
            if (Quantity::parse_or_zero(amount.as_string()).sign() < 0) errors.invalid(path.child(list).key(name), amount, "must be greater than or equal to 0");
        }
    if (type == "Pod")
        for (auto list : {"default", "defaultRequest"})
            if (item[list].size() > 0) errors.forbidden(path.child(list), "may not be specified when `type` is 'Pod'");
    if (type == "PersistentVolumeClaim" && !item["min"].has("storage") && !item["max"].has("storage"))
        errors.required(path.child("limits"), "either minimum or maximum storage value is required, but neither was provided");
    check_order(item, "min", "max", path, "min|max", errors);
    check_order(item, "min", "defaultRequest", path, "min|default request", errors);
    check_order(item, "defaultRequest", "max", path, "default request|max", errors);
    check_order(item, "defaultRequest", "default", path, "default request|default limit", errors);
    check_order(item, "default", "max", path, "default|max", errors);
}

}  // namespace

void validate_limit_range(const Value& object, FieldErrors& errors) {
    std::set<std::string> types;
    const Value& limits = object["spec"]["limits"];
    for (size_t i = 0; i < limits.size(); ++i) {
        FieldPath path = kSpec.child("limits").index(i);
        const std::string& type = limits[i]["type"].as_string();
        add_complaints(check_qualified_name(type), path.child("type"), type, errors);
        if (!types.insert(type).second) errors.duplicate(path.child("type"), type);
        validate_limit(limits[i], path, errors);
    }
}

void validate_resource_quota(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    for (const auto& [name, amount] : spec["hard"].members()) {
        FieldPath path = kSpec.child("hard").key(name);
        if (!name.starts_with("count/")) validate_resource_name(name, path, errors);
        bool plain = name.find('/') == std::string::npos;
        if (plain && !is_standard_resource(name)) errors.invalid(path, name, "must be a standard resource for quota");
        check_quantity(amount, path, errors);
        bool counts = name.starts_with("count/") || (plain && name.find("cpu") == std::string::npos && name.find("memory") == std::string::npos && name.find("storage") == std::string::npos);
        if (counts && Quantity::parse_or_zero(amount.as_string()).milli_value() % 1000 != 0) errors.invalid(path, amount, "must be an integer");
    }
    const Value& scopes = spec["scopes"];
    for (const auto& scope : scopes.items()) {
        const std::vector<std::string> known = {"BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating", "VolumeAttributesClass"};
        if (std::find(known.begin(), known.end(), scope.as_string()) == known.end()) errors.invalid(kSpec.child("scopes"), scopes, "unsupported scope");
    }
    auto has = [&](std::string_view name) { return std::any_of(scopes.items().begin(), scopes.items().end(), [&](const Value& s) { return s.as_string() == name; }); };
    for (auto [one, other] : {std::pair("BestEffort", "NotBestEffort"), std::pair("Terminating", "NotTerminating")})
        if (has(one) && has(other)) errors.invalid(kSpec.child("scopes"), scopes, "conflicting scopes");
    for (const auto& [name, amount] : spec["hard"].members())
        if (has("BestEffort") && name != "pods") errors.invalid(kSpec.child("scopes"), scopes, "unsupported scope applied to resource");
    const Value& expressions = spec["scopeSelector"]["matchExpressions"];
    FieldPath at = kSpec.child("scopeSelector").child("matchExpressions");
    for (const Value& expression : expressions.items()) {
        const std::string& op = expression["operator"].as_string();
        size_t values = expression["values"].size();
        if (op == "In" || op == "NotIn") {
            if (values == 0) errors.required(at.child("values"), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
        } else if (op == "Exists" || op == "DoesNotExist") {
            if (values != 0) errors.invalid(at.child("values"), expression["values"], "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector");
        } else {
            errors.invalid(at.child("operator"), op, "not a valid selector operator");
        }
    }
}

void validate_resource_quota_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_resource_quota(object, errors);
    check_immutable(object["spec"]["scopes"], old["spec"]["scopes"], kSpec.child("scopes"), errors);
}

}  // namespace skiff::api::kinds
