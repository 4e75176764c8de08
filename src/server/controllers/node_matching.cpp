#include "server/controllers/node_matching.h"

#include <algorithm>

#include "base/strings.h"

namespace skiff::controllers {

namespace {

bool requirement_holds(const json::Value& requirement, const std::string* value) {
    const auto& op = requirement["operator"].as_string();
    const auto& values = requirement["values"].items();
    auto listed = [&] { return value && std::any_of(values.begin(), values.end(), [&](const json::Value& v) { return v.as_string() == *value; }); };
    if (op == "In") return listed();
    if (op == "NotIn") return !listed();
    if (op == "Exists") return value != nullptr;
    if (op == "DoesNotExist") return value == nullptr;
    if ((op == "Gt" || op == "Lt") && value && values.size() == 1) {
        auto have = parse_int(*value), limit = parse_int(values[0].as_string());
        return have && limit && (op == "Gt" ? *have > *limit : *have < *limit);
    }
    return false;
}

bool term_holds(const json::Value& term, const api::Meta& node) {
    if (term["matchExpressions"].size() == 0 && term["matchFields"].size() == 0) return false;   // an empty term selects nothing
    for (const auto& requirement : term["matchExpressions"].items())
        if (!requirement_holds(requirement, node.find_label(requirement["key"].as_string()))) return false;
    for (const auto& requirement : term["matchFields"].items())
        if (requirement["key"].as_string() != "metadata.name" || !requirement_holds(requirement, &node.name)) return false;
    return true;
}

}  // namespace

bool node_selected(const json::Value& pod_spec, const api::Meta& node) {
    for (const auto& [key, value] : pod_spec["nodeSelector"].members()) {
        const auto* label = node.find_label(key);
        if (!label || *label != value.as_string()) return false;
    }
    const auto& required = pod_spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    if (required.is_null()) return true;
    const auto& terms = required["nodeSelectorTerms"].items();
    return std::any_of(terms.begin(), terms.end(), [&](const json::Value& term) { return term_holds(term, node); });
}

bool tolerates(const json::Value& toleration, const json::Value& taint) {
    const auto& effect = toleration["effect"].as_string();
    if (!effect.empty() && effect != taint["effect"].as_string()) return false;
    const auto& key = toleration["key"].as_string();
    if (!key.empty() && key != taint["key"].as_string()) return false;
    if (toleration["operator"].as_string() == "Exists") return true;
    return !key.empty() && toleration["value"].as_string() == taint["value"].as_string();
}

bool tolerated(const json::Value& tolerations, const json::Value& taint) {
    const auto& all = tolerations.items();
    return std::any_of(all.begin(), all.end(), [&](const json::Value& toleration) { return tolerates(toleration, taint); });
}

bool has_untolerated(const json::Value& tolerations, const json::Value& taints, std::string_view effect) {
    const auto& all = taints.items();
    return std::any_of(all.begin(), all.end(), [&](const json::Value& taint) {
        return taint["effect"].as_string() == effect && !tolerated(tolerations, taint);
    });
}

}  // namespace skiff::controllers
