#include "api/kinds/hooks.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void default_request(Value& request) {
    set_default_zero(request, "allocationMode", "ExactCount");
    if (request["allocationMode"].as_string() == "ExactCount") set_default_zero(request, "count", 1);
    each_object(request, "tolerations", [](Value& toleration) { set_default_zero(toleration, "operator", "Equal"); });
}

void default_claim_spec(Value& spec) {
    if_object(spec, "devices", [](Value& devices) {
        each_object(devices, "requests", [](Value& request) {
            if_object(request, "exactly", default_request);
            each_object(request, "firstAvailable", default_request);
        });
    });
}

}  // namespace

KindHooks device_class_hooks() { return {}; }

KindHooks resource_claim_hooks() {
    return {.set_defaults = [](Value& object) { if_object(object, "spec", default_claim_spec); },
            .prepare_create = [](Value& object) { reset_status(object); }};
}

KindHooks resource_claim_template_hooks() {
    return {.set_defaults = [](Value& object) {
        if_object(object, "spec", [](Value& spec) { if_object(spec, "spec", default_claim_spec); });
    }};
}

KindHooks resource_slice_hooks() { return {}; }

}  // namespace skiff::api::kinds
