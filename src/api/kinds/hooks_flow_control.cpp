#include "api/kinds/hooks.h"
#include "api/kinds/validate_status.h"
#include "api/kinds/validate_flow_control.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void default_flow_schema(Value& object) { set_default_zero(object.mut("spec"), "matchingPrecedence", 1000); }

void default_priority_level(Value& object) {
    Value& spec = object.mut("spec");
    if_object(spec, "exempt", [](Value& exempt) {
        set_default(exempt, "nominalConcurrencyShares", 0);
        set_default(exempt, "lendablePercent", 0);
    });
    if_object(spec, "limited", [](Value& limited) {
        set_default(limited, "nominalConcurrencyShares", 30);
        set_default(limited, "lendablePercent", 0);
        if_object(limited, "limitResponse", [](Value& response) {
            if_object(response, "queuing", [](Value& queuing) {
                set_default_zero(queuing, "handSize", 8);
                set_default_zero(queuing, "queues", 64);
                set_default_zero(queuing, "queueLengthLimit", 50);
            });
        });
    });
    if (spec["type"].as_string() == "Exempt" && !spec["exempt"].is_object())
        spec.set("exempt", Value::object({{"nominalConcurrencyShares", 0}, {"lendablePercent", 0}}));
}

}  // namespace

KindHooks flow_schema_hooks() {
    return {.set_defaults = default_flow_schema, .prepare_create = [](Value& object) { reset_status(object); },
            .validate_create = validate_flow_schema,
            .validate_update = also_on_update(validate_flow_schema),
            .validate_status_update = validate_flow_control_status};
}

KindHooks priority_level_configuration_hooks() {
    return {.set_defaults = default_priority_level, .prepare_create = [](Value& object) { reset_status(object); },
            .validate_create = validate_priority_level,
            .validate_update = also_on_update(validate_priority_level),
            .validate_status_update = validate_flow_control_status};
}

}  // namespace skiff::api::kinds
