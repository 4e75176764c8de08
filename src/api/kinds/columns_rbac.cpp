#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

Value role(const Value& binding, WallTime) { return binding["roleRef"]["kind"].as_string() + "/" + binding["roleRef"]["name"].as_string(); }

std::string subjects(const Value& binding, std::string_view kind) {
    std::vector<std::string> names;
    for (const auto& subject : binding["subjects"].items()) {
        if (subject["kind"].as_string() != kind) continue;
        const std::string& ns = subject["namespace"].as_string();
        bool account = kind == "ServiceAccount";
        names.push_back(account ? ns + "/" + subject["name"].as_string() : subject["name"].as_string());
    }
    return join(names, ", ");
}

}  // namespace

std::vector<Column> role_binding_columns() {
    return {
        name_column(),
        column("Role", "string", role),
        age_column(),
        column("Users", "string", [](const Value& o, WallTime) -> Value { return subjects(o, "User"); }, {}, kWide),
        column("Groups", "string", [](const Value& o, WallTime) -> Value { return subjects(o, "Group"); }, {}, kWide),
        column("ServiceAccounts", "string", [](const Value& o, WallTime) -> Value { return subjects(o, "ServiceAccount"); }, {}, kWide),
    };
}

std::vector<Column> cluster_role_binding_columns() {
    return {
        name_column(),
        column("Role", "string", role,
               "RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Autho"
               "rizer must return an error."),
        age_column(),
        column("Users", "string", [](const Value& o, WallTime) -> Value { return subjects(o, "User"); },
               "Users in the clusterRoleBinding", kWide),
        column("Groups", "string", [](const Value& o, WallTime) -> Value { return subjects(o, "Group"); },
               "Groups in the clusterRoleBinding", kWide),
        column("ServiceAccounts", "string", [](const Value& o, WallTime) -> Value { return subjects(o, "ServiceAccount"); },
               "ServiceAccounts in the clusterRoleBinding", kWide),
    };
}

}  // namespace skiff::api::kinds
