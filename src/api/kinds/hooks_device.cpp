#include "api/kinds/check.h"
#include "api/kinds/hooks.h"
#include "api/kinds/internal_form.h"
#include "api/kinds/set_default.h"
#include "api/kinds/template_metadata.h"
#include "api/kinds/validate_device.h"

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

void check_same(const char* type, const Value& object, const Value& old, FieldErrors& errors) {
    if (!(object["spec"] == old["spec"])) errors.invalid(FieldPath("spec"), internal_form(type, object["spec"]), "field is immutable");
}

}  // namespace

KindHooks device_class_hooks() {
    auto drop = [](Value& object) { if_object(object, "spec", [](Value& spec) { spec.erase("extendedResourceName"); }); };
    return {.prepare_create = drop, .prepare_update = [drop](Value& object, const Value&) { drop(object); },
            .validate_create = validate_device_class,
            .validate_update = twice_on_update(validate_device_class)};
}

KindHooks resource_claim_hooks() {
    auto drop = [](Value& object) { if_object(object, "spec", drop_disabled_claim_fields); };
    auto validate = [](const Value& object, FieldErrors& errors) {
        validate_device_claim(object["spec"]["devices"], FieldPath("spec").child("devices"), errors);
    };
    return {.set_defaults = [](Value& object) { if_object(object, "spec", default_claim_spec); },
            .prepare_create = [drop](Value& object) {
                drop(object);
                reset_status(object);
            },
            .prepare_update = [drop](Value& object, const Value&) { drop(object); },
            .validate_create = validate,
            .validate_update = [validate](const Value& object, const Value& old, FieldErrors& errors) {
                validate(object, errors);
                check_same("ResourceClaimSpec", object, old, errors);
                validate(object, errors);
            },
            .validate_status_update = validate_resource_claim_status};
}

KindHooks resource_claim_template_hooks() {
    auto drop = [](Value& object) {
        if_object(object, "spec", [](Value& made) { if_object(made, "spec", drop_disabled_claim_fields); });
    };
    auto validate = [](const Value& object, FieldErrors& errors) {
        validate_template_metadata(object["spec"]["metadata"], FieldPath("spec").child("metadata"), errors);
        validate_device_claim(object["spec"]["spec"]["devices"], FieldPath("spec").child("spec").child("devices"), errors);
    };
    return {.set_defaults = [](Value& object) { if_object(object, "spec", [](Value& spec) { if_object(spec, "spec", default_claim_spec); }); },
            .prepare_create = drop, .prepare_update = [drop](Value& object, const Value&) { drop(object); },
            .validate_create = validate,
            .validate_update = [validate](const Value& object, const Value& old, FieldErrors& errors) {
                validate(object, errors);
                check_same("ResourceClaimTemplateSpec", object, old, errors);
                validate(object, errors);
            }};
}

KindHooks resource_slice_hooks() {
    return {.prepare_create = drop_disabled_slice_fields, .prepare_update = [](Value& object, const Value& old) {
                // What is dropped counts as a change.
                if (!(object["spec"] == old["spec"])) object.mut("metadata").set("generation", old["metadata"]["generation"].as_int() + 1);
                drop_disabled_slice_fields(object);
            },
            .validate_create = validate_resource_slice,
            .validate_update = [](const Value& object, const Value& old, FieldErrors& errors) {
                validate_resource_slice(object, errors);
                const FieldPath spec("spec");
                const Value &now = object["spec"], &before = old["spec"];
                check_immutable(now["pool"]["name"], before["pool"]["name"], spec.child("pool").child("name"), errors);
                for (auto field : {"driver", "nodeName"}) check_immutable(now[field], before[field], spec.child(field), errors);
            }};
}

}  // namespace skiff::api::kinds
