#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "base/strings.h"

#include <set>

namespace skiff::api::kinds {

namespace {

using json::Value;

Value hosts(const Value& ingress, WallTime) {
    constexpr size_t kShown = 3;
    const auto& rules = ingress["spec"]["rules"].items();
    std::vector<std::string> names;
    bool more = false;
    for (const auto& rule : rules) {
        if (names.size() == kShown) more = true;
        if (!more && !rule["host"].empty()) names.push_back(rule["host"].as_string());
    }
    if (names.empty()) return "*";
    std::string text = join(names, ",");
    return more ? text + " + " + std::to_string(rules.size() - kShown) + " more..." : text;
}

Value balancer(const Value& ingress, WallTime) {
    std::set<std::string> addresses;
    for (const auto& point : ingress["status"]["loadBalancer"]["ingress"].items()) {
        const Value& address = point["ip"].empty() ? point["hostname"] : point["ip"];
        if (!address.empty()) addresses.insert(address.as_string());
    }
    return join({addresses.begin(), addresses.end()}, ",");
}

Value parameters(const Value& object, WallTime) {
    const Value& reference = object["spec"]["parameters"];
    if (!reference.is_object()) return "<none>";
    std::string text = reference["kind"].as_string();
    if (!reference["apiGroup"].empty()) text += "." + reference["apiGroup"].as_string();
    return text + "/" + reference["name"].as_string();
}

}  // namespace

std::vector<Column> ingress_columns() {
    return {
        name_column(),
        column("Class", "string", [](const Value& o, WallTime) -> Value { return text_or(o["spec"]["ingressClassName"], "<none>"); },
               "The name of the IngressClass resource that should be used for additional configuration"),
        column("Hosts", "string", hosts,
               "Hosts that incoming requests are matched against before the ingress rule"),
        column("Address", "string", balancer,
               "Address is a list containing ingress points for the load-balancer"),
        column("Ports", "string", [](const Value& o, WallTime) -> Value { return o["spec"]["tls"].size() > 0 ? "80, 443" : "80"; },
               "Ports of TLS configurations that open"),
        age_column(),
    };
}

std::vector<Column> ingress_class_columns() {
    return {
        name_column(),
        column("Controller", "string", [](const Value& o, WallTime) -> Value { return text_or(o["spec"]["controller"], ""); }),
        column("Parameters", "string", parameters),
        age_column(),
    };
}

std::vector<Column> network_policy_columns() {
    return {
        name_column(),
        column("Pod-Selector", "string", [](const Value& o, WallTime) -> Value { return format_selector(o["spec"]["podSelector"]); },
               "Selects the pods to which this NetworkPolicy object applies.  The array of ingress rules is applied to any pod"
               "s selected by this field. Multiple network policies can select the same set of pods.  In this case, the ingres"
               "s rules for each are combined additively. This field is NOT optional and follows standard label selector seman"
               "tics. An empty podSelector matches all pods in this namespace."),
        age_column(),
    };
}

}  // namespace skiff::api::kinds
