#include "api/kinds/check_address.h"
#include "api/kinds/hooks.h"
#include "api/kinds/object_warnings.h"
#include "api/kinds/validate_status.h"
#include "api/kinds/validate_config.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr std::string_view kNamespaceNameLabel = "kubernetes.io/metadata.name";
constexpr std::string_view kNamespaceFinalizer = "kubernetes";

void default_namespace(Value& object) {
    set_default_zero(object.mut("status"), "phase", "Active");
    const std::string name = object["metadata"]["name"].as_string();
    if (!name.empty()) object.mut("metadata").mut("labels").set(kNamespaceNameLabel, name);
}

void prepare_namespace(Value& object) {
    default_namespace(object);   // a generated name is known only now
    object.set("status", Value::object({{"phase", "Active"}}));
    Value& finalizers = object.mut("spec").mut("finalizers");
    for (const auto& finalizer : finalizers.items())
        if (finalizer.as_string() == kNamespaceFinalizer) return;
    finalizers.push_back(kNamespaceFinalizer);
}

// Only the finalize subresource changes spec.finalizers.
void prepare_namespace_update(Value& object, const Value& old) {
    Value& spec = object.mut("spec");
    if (old["spec"].has("finalizers")) spec.set("finalizers", old["spec"]["finalizers"]);
    else spec.erase("finalizers");
}

void validate_namespace_status(const Value& object, const Value&, FieldErrors& errors) {
    const Value& phase = object["status"]["phase"];
    bool deleting = !object["metadata"]["deletionTimestamp"].empty();
    FieldPath path = FieldPath("status").child("Phase");
    if (!deleting && phase.as_string() != "Active") errors.invalid(path, phase, "may only be 'Active' if `deletionTimestamp` is empty");
    if (deleting && phase.as_string() != "Terminating") errors.invalid(path, phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
}

// Who keeps a deleted namespace; names without a domain are Kubernetes' own.
void validate_namespace(const Value& object, FieldErrors& errors) {
    FieldPath path = FieldPath("spec").child("finalizers");
    for (const Value& finalizer : object["spec"]["finalizers"].items()) {
        const std::string& name = finalizer.as_string();
        add_complaints(check_qualified_name(name), path, name, errors);
        if (name.find('/') == name.npos && name != "kubernetes" && name != "orphan" && name != "foregroundDeletion")
            errors.invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified");
    }
}

void default_node(Value& node) {
    // podCIDR is the first of podCIDRs.
    if_object(node, "spec", [](Value& spec) {
        if (!spec["podCIDR"].empty() && !(spec["podCIDRs"][0] == spec["podCIDR"])) spec.set("podCIDRs", Value::array({spec["podCIDR"]}));
        if (spec["podCIDR"].empty() && spec["podCIDRs"].size() > 0) spec.set("podCIDR", Value(spec["podCIDRs"][0]));
    });
    if_object(node, "status", [](Value& status) {
        if (status["allocatable"].is_null() && status["capacity"].is_object()) status.set("allocatable", status["capacity"]);
    });
}

std::vector<std::string> node_warnings(const Value& node) {
    std::vector<std::string> warnings;
    if (!node["spec"]["configSource"].is_null())
        warnings.push_back("spec.configSource: the feature NodeConfigSource is not supported");
    const Value& cidrs = node["spec"]["podCIDRs"];
    if (!node["spec"]["externalID"].empty()) warnings.push_back("spec.externalID: this field is deprecated, and is unused by Kubernetes");
    for (size_t i = 0; i < cidrs.size(); ++i) warn_of_cidr(cidrs[i].as_string(), FieldPath("spec").child("podCIDRs").index(i), warnings);
    return warnings;
}

void default_priority_class(Value& object) { set_default(object, "preemptionPolicy", "PreemptLowerPriority"); }

void prepare_certificate_request_update(Value& object, const Value& old) { object.set("spec", old["spec"]); }

void default_api_service(Value& object) {
    if_object(object, "spec", [](Value& spec) {
        if_object(spec, "service", [](Value& service) { set_default(service, "port", 443); });
    });
}

void prepare_api_service(Value& object) {
    reset_status(object);
    if (object["spec"]["service"].is_object()) return;
    object.mut("status").set("conditions", Value::array({Value::object({{"type", "Available"},
                                                                         {"status", "True"},
                                                                         {"lastTransitionTime", object["metadata"]["creationTimestamp"]},
                                                                         {"reason", "Local"},
                                                                         {"message", "Local APIServices are always available"}})}));
}

}  // namespace

KindHooks namespace_hooks() {
    return {.set_defaults = default_namespace, .prepare_create = prepare_namespace, .prepare_update = prepare_namespace_update,
            .validate_create = validate_namespace,
            .validate_status_update = validate_namespace_status};
}

KindHooks node_hooks() {
    // Kubelets have not taken their configuration from here since v1.24.
    auto drop = [](Value& object) { if_object(object, "spec", [](Value& spec) { spec.erase("configSource"); }); };
    return {.set_defaults = default_node,
            .prepare_create = drop, .prepare_update = [drop](Value& object, const Value&) { drop(object); },
            .validate_create = validate_node,
            .validate_update = validate_node_update,
            .validate_status_update = validate_node_status,
            .warnings = node_warnings};
}

KindHooks lease_hooks() {
    // Coordinated leader election is off.
    auto drop = [](Value& object) {
        if_object(object, "spec", [](Value& spec) {
            spec.erase("strategy");
            spec.erase("preferredHolder");
        });
    };
    return {.prepare_create = drop, .prepare_update = [drop](Value& object, const Value&) { drop(object); },
            .validate_create = validate_lease,
            .validate_update = also_on_update(validate_lease)};
}

KindHooks runtime_class_hooks() {
    return {.validate_create = validate_runtime_class,
            .validate_update = validate_runtime_class_update,
            .warnings = runtime_class_warnings};
}

KindHooks priority_class_hooks() {
    return {.set_defaults = default_priority_class,
            .validate_create = validate_priority_class,
            .validate_update = validate_priority_class_update};
}

KindHooks certificate_signing_request_hooks() {
    return {.prepare_create = [](Value& object) { reset_status(object); }, .prepare_update = prepare_certificate_request_update,
            .validate_create = validate_certificate_request,
            .validate_status_update = validate_certificate_request_status};
}

KindHooks api_service_hooks() {
    return {.set_defaults = default_api_service, .prepare_create = prepare_api_service,
            .validate_create = validate_api_service,
            .validate_update = also_on_update(validate_api_service),
            .validate_status_update = validate_api_service_status};
}

KindHooks component_status_hooks() { return {}; }

}  // namespace skiff::api::kinds
