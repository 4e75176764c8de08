#include "api/kinds/hooks.h"
#include "api/kinds/object_warnings.h"
#include "api/kinds/validate_status.h"
#include "api/kinds/validate_network.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void default_ingress_class(Value& object) {
    if_object(object, "spec", [](Value& spec) {
        if_object(spec, "parameters", [](Value& parameters) { set_default(parameters, "scope", "Cluster"); });
    });
}

void default_network_policy(Value& object) {
    Value& spec = object.mut("spec");
    for (auto rules : {"ingress", "egress"})
        each_object(spec, rules, [](Value& rule) {
            each_object(rule, "ports", [](Value& port) { set_default(port, "protocol", "TCP"); });
        });
    if (spec["policyTypes"].size() > 0) return;
    Value types = Value::array({"Ingress"});
    if (spec["egress"].size() > 0) types.push_back("Egress");
    spec.set("policyTypes", std::move(types));
}

}  // namespace

KindHooks ingress_hooks() {
    return {.prepare_create = [](Value& object) { object.set("status", Value::object({{"loadBalancer", Value::object()}})); },
            .validate_create = [](const Value& object, FieldErrors& errors) {
                validate_ingress(object, errors);
                const Value &noted = object["metadata"]["annotations"]["kubernetes.io/ingress.class"], &named = object["spec"]["ingressClassName"];
                if (noted.is_string() && named.is_string() && !(noted == named))
                    errors.invalid(FieldPath("annotations").child("kubernetes.io/ingress.class"), noted, "must match `ingressClassName` when both are specified");
            },
            .validate_update = also_on_update(validate_ingress),
            .validate_status_update = validate_ingress_status};
}

KindHooks ingress_class_hooks() {
    return {.set_defaults = default_ingress_class,
            .validate_create = validate_ingress_class,
            .validate_update = validate_ingress_class_update};
}

KindHooks network_policy_hooks() {
    return {.set_defaults = default_network_policy,
            .validate_create = validate_network_policy,
            .validate_update = twice_on_update(validate_network_policy),
            .warnings = network_policy_warnings};
}

}  // namespace skiff::api::kinds
