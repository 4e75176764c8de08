#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "base/strings.h"

#include <set>

namespace skiff::api::kinds {

namespace {

using json::Value;

Value node_status(const Value& node, WallTime) {
    const Value& ready = find_condition(node, "Ready");
    std::string text = ready.is_null() ? "Unknown" : ready["status"].as_string() == "True" ? "Ready" : "NotReady";
    return node["spec"]["unschedulable"].as_bool() ? text + ",SchedulingDisabled" : text;
}

Value roles(const Value& node, WallTime) {
    constexpr std::string_view kRolePrefix = "node-role.kubernetes.io/";
    std::set<std::string> roles;
    for (const auto& [key, value] : node["metadata"]["labels"].members()) {
        if (key.starts_with(kRolePrefix) && key.size() > kRolePrefix.size()) roles.insert(key.substr(kRolePrefix.size()));
        else if (key == "kubernetes.io/role" && !value.empty()) roles.insert(value.as_string());
    }
    return roles.empty() ? "<none>" : join({roles.begin(), roles.end()}, ",");
}

Value address(const Value& node, std::string_view type) {
    for (const auto& address : node["status"]["addresses"].items())
        if (address["type"].as_string() == type) return address["address"];
    return "<none>";
}

Value info(const Value& node, std::string_view field) { return text_or(node["status"]["nodeInfo"][field], "<unknown>"); }

}  // namespace

std::vector<Column> node_columns() {
    return {
        name_column(),
        column("Status", "string", node_status),
        column("Roles", "string", roles),
        age_column(),
        column("Version", "string", [](const Value& o, WallTime) { return o["status"]["nodeInfo"]["kubeletVersion"]; }),
        column("Internal-IP", "string", [](const Value& o, WallTime) { return address(o, "InternalIP"); }, {}, kWide),
        column("External-IP", "string", [](const Value& o, WallTime) { return address(o, "ExternalIP"); }, {}, kWide),
        column("OS-Image", "string", [](const Value& o, WallTime) { return info(o, "osImage"); }, {}, kWide),
        column("Kernel-Version", "string", [](const Value& o, WallTime) { return info(o, "kernelVersion"); }, {}, kWide),
        column("Container-Runtime", "string", [](const Value& o, WallTime) { return info(o, "containerRuntimeVersion"); }, {}, kWide),
    };
}

}  // namespace skiff::api::kinds
