#include "server/apiserver/authz/bootstrap_policy.h"

#include <string_view>

#include "json/parse.h"
#include "server/apiserver/authz/bootstrap_policy_data.h"

namespace skiff::apiserver {

namespace {

json::Value read(const char* text) { return json::parse(text).value_or(json::Value()); }

json::Value complete(json::Value fact, std::string_view kind) {
    json::Value object = json::Value::object({{"apiVersion", "rbac.authorization.k8s.io/v1"}, {"kind", kind}});
    json::Value& metadata = object.set("metadata", json::Value::object({{"name", fact["name"]}}));
    if (fact.has("namespace")) metadata.set("namespace", fact["namespace"]);
    // Kubernetes reconciles objects with this annotation at every start, unless the user sets it to false.
    metadata.set("annotations", json::Value::object({{"rbac.authorization.kubernetes.io/autoupdate", "true"}}));
    if (fact.has("labels")) metadata.set("labels", fact["labels"]);
    for (const char* part : {"aggregationRule", "rules", "roleRef", "subjects"})
        if (fact.has(part)) object.set(part, fact[part]);
    return object;
}

}  // namespace

std::vector<json::Value> bootstrap_policy_objects() {
    std::vector<json::Value> out;
    for (size_t i = 0; i < kBootstrapClusterRolesCount; ++i) out.push_back(complete(read(kBootstrapClusterRoles[i]), "ClusterRole"));
    std::vector<json::Value> bindings;
    for (size_t i = 0; i < kBootstrapOthersCount; ++i) {
        json::Value fact = read(kBootstrapOthers[i]);
        std::string kind = fact["kind"].as_string();
        auto& list = fact.has("roleRef") ? bindings : out;
        list.push_back(complete(std::move(fact), kind));
    }
    for (size_t i = 0; i < kBootstrapClusterRoleBindingsCount; ++i)
        out.push_back(complete(read(kBootstrapClusterRoleBindings[i]), "ClusterRoleBinding"));
    for (auto& binding : bindings) out.push_back(std::move(binding));
    return out;
}

PolicyRules bootstrap_node_rules() {
    for (size_t i = 0; i < kBootstrapClusterRolesCount; ++i) {
        std::string_view text = kBootstrapClusterRoles[i];
        if (text.find("\"name\":\"system:node\"") == std::string_view::npos) continue;
        return policy_rules(read(kBootstrapClusterRoles[i])["rules"]);
    }
    return {};
}

}  // namespace skiff::apiserver
