#include "api/kinds/hooks.h"
#include "api/kinds/validate_status.h"
#include "api/kinds/validate_admission.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void default_rule(Value& rule) { set_default(rule, "scope", "*"); }

void default_webhook(Value& webhook) {
    set_default(webhook, "failurePolicy", "Fail");
    set_default(webhook, "matchPolicy", "Equivalent");
    set_default(webhook, "namespaceSelector", Value::object());
    set_default(webhook, "objectSelector", Value::object());
    set_default(webhook, "timeoutSeconds", 10);
    each_object(webhook, "rules", default_rule);
    if_object(webhook, "clientConfig", [](Value& config) {
        if_object(config, "service", [](Value& service) { set_default(service, "port", 443); });
    });
}

void default_match(Value& match) {
    set_default(match, "matchPolicy", "Equivalent");
    set_default(match, "namespaceSelector", Value::object());
    set_default(match, "objectSelector", Value::object());
    each_object(match, "resourceRules", default_rule);
    each_object(match, "excludeResourceRules", default_rule);
}

void default_mutating(Value& object) {
    each_object(object, "webhooks", [](Value& webhook) {
        default_webhook(webhook);
        set_default(webhook, "reinvocationPolicy", "Never");
    });
}

void default_policy(Value& object) {
    Value& spec = object.mut("spec");
    set_default(spec, "failurePolicy", "Fail");
    if_object(spec, "matchConstraints", default_match);
}

void default_binding(Value& object) {
    if_object(object, "spec", [](Value& spec) { if_object(spec, "matchResources", default_match); });
}

}  // namespace

KindHooks mutating_webhook_configuration_hooks() {
    return {.set_defaults = default_mutating,
            .validate_create = validate_webhooks,
            .validate_update = also_on_update(validate_webhooks)};
}

KindHooks validating_webhook_configuration_hooks() {
    return {.set_defaults = [](Value& object) { each_object(object, "webhooks", default_webhook); },
            .validate_create = validate_webhooks,
            .validate_update = also_on_update(validate_webhooks)};
}

KindHooks validating_admission_policy_hooks() {
    return {.set_defaults = default_policy, .prepare_create = [](Value& object) { reset_status(object); },
            .validate_create = validate_admission_policy,
            .validate_update = also_on_update(validate_admission_policy),
            .validate_status_update = validate_policy_status};
}

KindHooks mutating_admission_policy_hooks() {
    return {.set_defaults = default_policy, .validate_create = validate_mutating_policy, .validate_update = also_on_update(validate_mutating_policy)};
}

KindHooks mutating_admission_policy_binding_hooks() {
    return {.set_defaults = default_binding, .validate_create = validate_mutating_policy_binding, .validate_update = also_on_update(validate_mutating_policy_binding)};
}

KindHooks mutating_admission_policy_binding_alpha_hooks() {
    KindHooks hooks = mutating_admission_policy_binding_hooks();
    hooks.set_defaults = [](Value& object) {
        default_binding(object);
        if_object(object, "spec", [](Value& spec) { if_object(spec, "paramRef", [](Value& ref) { set_default(ref, "parameterNotFoundAction", "Deny"); }); });
    };
    return hooks;
}

KindHooks validating_admission_policy_binding_hooks() {
    return {.set_defaults = default_binding,
            .validate_create = validate_admission_policy_binding,
            .validate_update = also_on_update(validate_admission_policy_binding)};
}

}  // namespace skiff::api::kinds
