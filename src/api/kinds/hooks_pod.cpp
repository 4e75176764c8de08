#include <set>

#include "api/kinds/hooks.h"
#include "api/kinds/validate_status.h"
#include "api/kinds/validate.h"
#include "api/kinds/disabled_fields.h"
#include "api/kinds/pod_defaults.h"
#include "api/kinds/pod_qos.h"
#include "api/kinds/pod_warnings.h"
#include "api/kinds/set_default.h"
#include "json/member_index.h"
#include "json/write.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void default_pod(Value& pod) {
    Value& spec = pod.mut("spec");
    default_pod_spec(spec);
    default_pod_only(spec);
    // podIP is the first of podIPs; where they differ, podIP is right.
    if_object(pod, "status", [](Value& status) {
        const Value ip = status["podIP"];   // a copy: set() may move the members
        if (!ip.empty() && !(status["podIPs"][0]["ip"] == ip)) status.set("podIPs", Value::array({Value::object({{"ip", ip}})}));
        if (ip.empty() && status["podIPs"].size() > 0) status.set("podIP", Value(status["podIPs"][0]["ip"]));
    });
}

json::Value single_expression(const std::string& key, std::string_view op, const std::string& value) {
    return Value::object({{"key", key}, {"operator", op}, {"values", Value::array({value})}});
}

// matchLabelKeys and mismatchLabelKeys become part of the selector, with the pod's own labels as values.
void merge_label_keys(Value& term, const Value& labels) {
    if (!term["labelSelector"].is_object() || term["matchLabelKeys"].size() + term["mismatchLabelKeys"].size() == 0) return;
    json::MemberIndex own(labels);
    std::set<std::string> present;
    for (const Value& e : term["labelSelector"]["matchExpressions"].items())   // of the same form
        if (e["values"].size() == 1) present.insert(json::write(single_expression(e["key"].as_string(), e["operator"].as_string(), e["values"][0].as_string())));
    for (auto [list, op] : {std::pair("matchLabelKeys", "In"), std::pair("mismatchLabelKeys", "NotIn")}) {
        const Value keys = term[list];
        for (const auto& key : keys.items())
            if (const Value* value = own.find(key.as_string())) {
                Value expression = single_expression(key.as_string(), op, value->as_string());
                if (present.insert(json::write(expression)).second) term.mut("labelSelector").mut("matchExpressions").push_back(std::move(expression));
            }
    }
}

void merge_all_label_keys(Value& spec, const Value& labels) {
    if_object(spec, "affinity", [&](Value& affinity) {
        for (auto side : {"podAffinity", "podAntiAffinity"})
            if_object(affinity, side, [&](Value& rules) {
                each_object(rules, "requiredDuringSchedulingIgnoredDuringExecution", [&](Value& term) { merge_label_keys(term, labels); });
                each_object(rules, "preferredDuringSchedulingIgnoredDuringExecution", [&](Value& weighted) {
                    if_object(weighted, "podAffinityTerm", [&](Value& term) { merge_label_keys(term, labels); });
                });
            });
    });
    each_object(spec, "topologySpreadConstraints", [&](Value& constraint) { merge_label_keys(constraint, labels); });
}

// An AppArmor profile of an annotation moves into the container's field.
void adopt_app_armor(Value& pod) {
    constexpr std::string_view kPrefix = "container.apparmor.security.beta.kubernetes.io/", kLocalhost = "localhost/";
    const Value annotations = pod["metadata"]["annotations"];
    Value& spec = pod.mut("spec");
    const Value whole = spec["securityContext"]["appArmorProfile"];
    for (auto list : {"initContainers", "containers"})
        each_object(spec, list, [&](Value& container) {
            const std::string& text = annotations[std::string(kPrefix) + container["name"].as_string()].as_string();
            if (text.empty() || container["securityContext"]["appArmorProfile"].is_object()) return;
            Value profile = Value::object();
            if (text == "unconfined") profile.set("type", "Unconfined");
            else if (text == "runtime/default") profile.set("type", "RuntimeDefault");
            else if (text.starts_with(kLocalhost)) profile = Value::object({{"type", "Localhost"}, {"localhostProfile", text.substr(kLocalhost.size())}});
            else return;
            if (!(profile == whole)) container.mut("securityContext").set("appArmorProfile", std::move(profile));
        });
}

// Older clients may send a negative grace period; Kubernetes reads it as one second.
void read_grace_period(Value& spec) {
    if (spec["terminationGracePeriodSeconds"].is_int() && spec["terminationGracePeriodSeconds"].as_int() < 0) spec.set("terminationGracePeriodSeconds", 1);
}

void prepare_pod(Value& pod) {
    adopt_app_armor(pod);
    Value& spec = pod.mut("spec");
    drop_disabled_pod_fields(spec);
    if (spec["terminationGracePeriodSeconds"].as_int() < 0) spec.set("terminationGracePeriodSeconds", 1);
    const Value labels = pod["metadata"]["labels"];
    merge_all_label_keys(spec, labels);
    read_grace_period(spec);
    Value status = Value::object({{"phase", "Pending"}});
    if (spec["schedulingGates"].size() > 0)
        status.set("conditions", Value::array({Value::object({{"type", "PodScheduled"},
                                                              {"status", "False"},
                                                              {"lastProbeTime", nullptr},
                                                              {"lastTransitionTime", pod["metadata"]["creationTimestamp"]},
                                                              {"reason", "SchedulingGated"},
                                                              {"message", "Scheduling is blocked due to non-empty scheduling gates"}})}));
    status.set("qosClass", pod_qos_class(spec));
    pod.set("status", std::move(status));
}

void validate_pod(const Value& pod, FieldErrors& errors) {
    FieldPath path("spec");
    const Value& spec = pod["spec"];
    validate_pod_annotations(pod["metadata"]["annotations"], spec, FieldPath("metadata").child("annotations"), errors);
    validate_pod_spec(spec, path, errors);
    validate_pod_images(spec, path, errors);
    if (spec["ephemeralContainers"].size() > 0) errors.forbidden(path.child("ephemeralContainers"), "cannot be set on create");
    if (spec["schedulingGates"].size() > 0 && !spec["nodeName"].empty())
        errors.forbidden(path.child("nodeName"), "cannot be set until all schedulingGates have been cleared");
}

}  // namespace

KindHooks pod_hooks() {
    return {.set_defaults = default_pod, .prepare_create = prepare_pod,
            .prepare_update = [](Value& pod, const Value&) {
                drop_disabled_pod_fields(pod.mut("spec"));
                read_grace_period(pod.mut("spec"));
            },
            .validate_create = validate_pod,
            .validate_update = validate_pod_update,
            .validate_status_update = validate_pod_status,
            .warnings = pod_warnings};
}

KindHooks pod_template_hooks() {
    return {.set_defaults = [](Value& object) { default_pod_template(object.mut("template")); },
            .prepare_create = drop_disabled_template_fields,
            .prepare_update = [](Value& object, const Value&) { drop_disabled_template_fields(object); },
            .validate_create = [](const Value& object, FieldErrors& errors) { validate_pod_template(object["template"], FieldPath("template"), errors); },
            .validate_update = [](const Value& object, const Value&, FieldErrors& errors) { validate_pod_template(object["template"], FieldPath("template"), errors); },
            .warnings = [](const Value& object) { return template_warnings(object["template"], FieldPath("template")); }};
}

KindHooks binding_hooks() { return {}; }

}  // namespace skiff::api::kinds
