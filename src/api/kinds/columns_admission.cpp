#include "api/go_text.h"
#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

Value webhooks(const Value& object, WallTime) { return object["webhooks"].size(); }

Value param_kind(const Value& policy, WallTime) {
    const Value& kind = policy["spec"]["paramKind"];
    return kind.is_object() ? Value(kind["apiVersion"].as_string() + "/" + kind["kind"].as_string()) : Value("<unset>");
}

Value param_reference(const Value& binding, WallTime) {
    const Value& reference = binding["spec"]["paramRef"];
    if (!reference.is_object()) return "<unset>";
    if (reference["name"].empty()) return reference["selector"].is_object() ? Value(go_selector(reference["selector"])) : Value("<unset>");
    return reference["namespace"].as_string("*") + "/" + reference["name"].as_string();
}

}  // namespace

std::vector<Column> mutating_webhook_configuration_columns() {
    return {name_column(), column("Webhooks", "integer", webhooks,
               "Webhooks indicates the number of webhooks registered in this configuration"), age_column()};
}

std::vector<Column> validating_webhook_configuration_columns() {
    return {name_column(), column("Webhooks", "integer", webhooks), age_column()};
}

std::vector<Column> validating_admission_policy_columns() {
    return {
        name_column(),
        column("Validations", "integer", [](const Value& o, WallTime) -> Value { return o["spec"]["validations"].size(); }),
        column("ParamKind", "string", param_kind),
        age_column(),
    };
}

std::vector<Column> mutating_admission_policy_columns() {
    return {
        name_column(),
        column("Mutations", "integer", [](const Value& o, WallTime) -> Value { return o["spec"]["mutations"].size(); },
               "Mutation indicates the number of mutations rules defined in this configuration"),
        column("ParamKind", "string", param_kind, "ParamKind specifies the kind of resources used to parameterize this policy"),
        age_column(),
    };
}

std::vector<Column> validating_admission_policy_binding_columns() {
    return {
        name_column(),
        column("PolicyName", "string", [](const Value& o, WallTime) { return o["spec"]["policyName"]; },
               "PolicyName indicates the policy definition which the policy binding binded to"),
        column("ParamRef", "string", param_reference,
               "ParamRef indicates the param resource which sets the configration param"),
        age_column(),
    };
}

}  // namespace skiff::api::kinds
