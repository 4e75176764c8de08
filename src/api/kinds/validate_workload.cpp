#include "api/kinds/validate_workload.h"

#include <set>
#include <span>

#include "api/int_or_string.h"
#include "api/kinds/internal_form.h"
#include "api/kinds/validate.h"
#include "api/selector.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");

bool is_empty_selector(const Value& selector) { return selector["matchLabels"].size() == 0 && selector["matchExpressions"].size() == 0; }

void check_selector(const Value& spec, std::string_view kind, FieldErrors& errors) {
    const Value& selector = spec["selector"];
    FieldPath path = kSpec.child("selector");
    if (selector.is_null()) {
        if (kind != "daemonset") errors.required(path, "");
        return;
    }
    validate_label_selector(selector, path, errors);
    if (is_empty_selector(selector)) errors.invalid(path, shown_selector(selector), "empty selector is invalid for " + std::string(kind));
}

void check_selector_stays(const Value& object, const Value& old, FieldErrors& errors) {
    const Value& selector = object["spec"]["selector"];
    if (!(selector == old["spec"]["selector"])) errors.invalid(kSpec.child("selector"), shown_selector(selector), "field is immutable");
}

void check_counts(const Value& spec, std::initializer_list<const char*> fields, FieldErrors& errors) {
    for (auto field : fields) check_not_negative(spec[field], kSpec.child(field), errors);
}

// A value that counts as none: 0, "0%", and text that is no percentage.
bool is_zero(const Value& value) {
    if (value.is_string() && (value.empty() || !std::isdigit(static_cast<unsigned char>(value.as_string()[0])))) return true;
    return percent_of(value).value_or(value.as_int()) == 0;
}

// The strategy as Kubernetes' own type prints.
struct Shown {
    const char *go, *field;
    Value absent;
};
// Arrays: g++ 12 leaves an element of an initializer_list with static storage empty when one of its members is {}.
const Shown kRolling[] = {{"MaxUnavailable", "maxUnavailable", 0}, {"MaxSurge", "maxSurge", 0}};
const Shown kPartitioned[] = {{"Partition", "partition", 0}, {"MaxUnavailable", "maxUnavailable", Value()}};

Value go_strategy(const Value& strategy, std::span<const Shown> fields) {
    const Value& given = strategy["rollingUpdate"];
    Value rolling = given.is_object() ? Value::object() : Value();
    if (given.is_object())
        for (const Shown& one : fields) rolling.set(one.go, given[one.field].is_null() ? one.absent : given[one.field]);
    return Value::object({{"Type", strategy["type"].as_string()}, {"RollingUpdate", std::move(rolling)}});
}

Value go_rolling(const Value& rolling) { return Value::object({{"Partition", rolling["partition"].as_int()}, {"MaxUnavailable", rolling["maxUnavailable"]}}); }

void check_deployment_strategy(const Value& strategy, FieldErrors& errors) {
    FieldPath path = kSpec.child("strategy"), rolling_path = path.child("rollingUpdate");
    const std::string& type = strategy["type"].as_string();
    const Value& rolling = strategy["rollingUpdate"];
    if (type == "Recreate") {
        if (rolling.is_object()) errors.forbidden(rolling_path, "may not be specified when strategy `type` is 'Recreate'");
        return;
    }
    if (type != "RollingUpdate") {
        errors.not_supported(path, go_strategy(strategy, kRolling), {"Recreate", "RollingUpdate"});
        return;
    }
    if (!rolling.is_object()) {
        errors.required(rolling_path, "this should be defaulted and never be nil");
        return;
    }
    const Value &unavailable = rolling["maxUnavailable"], &surge = rolling["maxSurge"];
    check_int_or_percent(unavailable, rolling_path.child("maxUnavailable"), errors);
    check_int_or_percent(surge, rolling_path.child("maxSurge"), errors);
    if (is_zero(unavailable) && is_zero(surge) && !unavailable.is_null() && (surge.is_int() || percent_of(surge)))
        errors.invalid(rolling_path.child("maxUnavailable"), unavailable, "may not be 0 when `maxSurge` is 0");
    check_at_most_100_percent(unavailable, rolling_path.child("maxUnavailable"), errors);
}

void check_daemon_strategy(const Value& strategy, FieldErrors& errors) {
    FieldPath path = kSpec.child("updateStrategy"), rolling_path = path.child("rollingUpdate");
    const std::string& type = strategy["type"].as_string();
    if (type == "OnDelete") return;
    if (type != "RollingUpdate") {
        errors.not_supported(path, go_strategy(strategy, kRolling), {"RollingUpdate", "OnDelete"});
        return;
    }
    const Value &unavailable = strategy["rollingUpdate"]["maxUnavailable"], &surge = strategy["rollingUpdate"]["maxSurge"];
    for (auto field : {"maxUnavailable", "maxSurge"}) {
        check_int_or_percent(strategy["rollingUpdate"][field], rolling_path.child(field), errors);
        check_at_most_100_percent(strategy["rollingUpdate"][field], rolling_path.child(field), errors);
    }
    if (!is_zero(unavailable) && !is_zero(surge)) errors.invalid(rolling_path.child("maxSurge"), surge, "may not be set when maxUnavailable is non-zero");
    if (is_zero(unavailable) && is_zero(surge)) errors.required(rolling_path.child("maxUnavailable"), "cannot be 0 when maxSurge is 0");
}

// The spec with the template as its pods get it: a volume for each claim template, host name and subdomain are the controller's.
Value with_claim_volumes(const Value& spec) {
    Value full = spec;
    Value& pod = full.mut("template").mut("spec");
    pod.erase("hostname");
    pod.erase("subdomain");
    if (spec["volumeClaimTemplates"].size() == 0) return full;
    Value volumes = Value::array();
    std::set<std::string> claimed;
    for (const auto& claim : spec["volumeClaimTemplates"].items()) {
        const auto& name = claim["metadata"]["name"].as_string();
        if (!claimed.insert(name).second) continue;
        volumes.push_back(Value::object({{"name", name}, {"persistentVolumeClaim", Value::object({{"claimName", name}})}}));
    }
    for (const auto& volume : spec["template"]["spec"]["volumes"].items())
        if (!claimed.count(volume["name"].as_string())) volumes.push_back(volume);
    pod.set("volumes", std::move(volumes));
    return full;
}

void check_stateful_strategy(const Value& strategy, FieldErrors& errors) {
    FieldPath path = kSpec.child("updateStrategy"), rolling_path = path.child("rollingUpdate");
    const std::string& type = strategy["type"].as_string();
    if (type.empty()) errors.required(path, "");
    else if (type == "OnDelete") {
        if (strategy["rollingUpdate"].is_object())
            errors.invalid(rolling_path, go_rolling(strategy["rollingUpdate"]), "only allowed for updateStrategy 'RollingUpdate'");
    } else if (type == "RollingUpdate") {
        check_not_negative(strategy["rollingUpdate"]["partition"], rolling_path.child("partition"), errors);
    } else {
        errors.invalid(path, go_strategy(strategy, kPartitioned), "must be 'RollingUpdate' or 'OnDelete'");
    }
}

}  // namespace

void validate_template_of_workload(const Value& spec, std::string_view kind, const FieldPath& path, FieldErrors& errors) {
    const Value& pod_template = spec["template"];
    FieldPath at = path.child("template");
    const Value& labels = pod_template["metadata"]["labels"];
    const Value& selector = spec["selector"];
    bool plain = kind == "ReplicationController";
    auto parsed = plain ? Result<LabelSelector>(LabelSelector::from_map(selector)) : LabelSelector::from_object(selector);
    bool ignore = plain ? selector.size() == 0 : selector.is_object() && is_empty_selector(selector);
    // Daemon sets are told of a broken selector once.
    FieldErrors broken;
    if (!plain) validate_label_selector(selector, path.child("selector"), broken);
    if (!broken.empty() && kind == "DaemonSet") ignore = true;
    else if (!broken.empty()) errors.invalid(path.child("selector"), shown_selector(selector), kind == "StatefulSet" ? "" : "invalid label selector");
    else if (parsed.ok() && !ignore && !parsed->matches(labels))
        errors.invalid(at.child("metadata").child("labels"), shown_labels(labels), "`selector` does not match template `labels`");
    // Whose selector is broken is told no more; of stateful sets the policy is looked at all the same.
    if (!broken.empty() && (kind == "Deployment" || kind == "ReplicaSet")) return;
    if (broken.empty() || kind != "StatefulSet") validate_pod_template(pod_template, at, errors);
    const Value& restart = pod_template["spec"]["restartPolicy"];
    if (restart.as_string() != "Always") errors.not_supported(at.child("spec").child("restartPolicy"), restart, {"Always"});
    if (!pod_template["spec"]["activeDeadlineSeconds"].is_null())
        errors.forbidden(at.child("spec").child("activeDeadlineSeconds"), "activeDeadlineSeconds in " + std::string(kind) + " is not Supported");
}

void validate_replication_controller(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    check_counts(spec, {"minReadySeconds", "replicas"}, errors);
    if (spec["selector"].size() == 0) errors.required(kSpec.child("selector"), "");
    if (!spec["template"].is_object()) errors.required(kSpec.child("template"), "");
    else validate_template_of_workload(spec, "ReplicationController", kSpec, errors);
}

void validate_replica_set(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    check_counts(spec, {"replicas", "minReadySeconds"}, errors);
    check_selector(spec, "deployment", errors);
    validate_template_of_workload(spec, "ReplicaSet", kSpec, errors);
}

void validate_replica_set_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_replica_set(object, errors);
    check_selector_stays(object, old, errors);
}

void validate_deployment(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    check_counts(spec, {"replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"}, errors);
    check_selector(spec, "deployment", errors);
    validate_template_of_workload(spec, "ReplicaSet", kSpec, errors);
    check_deployment_strategy(spec["strategy"], errors);
    const Value& deadline = spec["progressDeadlineSeconds"];
    if (deadline.is_int() && deadline.as_int() <= spec["minReadySeconds"].as_int())
        errors.invalid(kSpec.child("progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds");
}

void validate_deployment_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_deployment(object, errors);
    check_selector_stays(object, old, errors);
}

void validate_daemon_set(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    check_selector(spec, "daemonset", errors);
    validate_template_of_workload(spec, "DaemonSet", kSpec, errors);
    check_counts(spec, {"minReadySeconds", "revisionHistoryLimit"}, errors);
    check_daemon_strategy(spec["updateStrategy"], errors);
}

void validate_daemon_set_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_daemon_set(object, errors);
    check_selector_stays(object, old, errors);
}

// On an update what cannot change anyway is not judged again, and a template that was wrong already may stay wrong.
void check_stateful_spec(const Value& spec, const Value* old, FieldErrors& errors) {
    const Value& policy = spec["podManagementPolicy"];
    if (policy.empty()) errors.required(kSpec.child("podManagementPolicy"), "");
    else if (policy.as_string() != "OrderedReady" && policy.as_string() != "Parallel")
        errors.invalid(kSpec.child("podManagementPolicy"), policy, "must be 'OrderedReady' or 'Parallel'");
    check_stateful_strategy(spec["updateStrategy"], errors);
    for (auto field : {"whenDeleted", "whenScaled"})
        check_one_of(spec["persistentVolumeClaimRetentionPolicy"][field], kSpec.child("persistentVolumeClaimRetentionPolicy").child(field),
                     {"Retain", "Delete"}, errors, Presence::Optional);
    if (!old) check_optional_name(spec["serviceName"], check_dns1123_label, kSpec.child("serviceName"), errors);
    const Value& templates = spec["volumeClaimTemplates"];
    for (size_t i = 0; !old && i < templates.size(); ++i) validate_claim_spec(templates[i]["spec"], kSpec.child("volumeClaimTemplates").index(i).child("spec"), errors);
    check_counts(spec, {"replicas", "minReadySeconds"}, errors);
    check_not_negative(spec["ordinals"]["start"], kSpec.child("ordinals").child("start"), errors);
    check_selector(spec, "statefulset", errors);
    if (old) {
        FieldErrors before;
        validate_template_of_workload(with_claim_volumes(*old), "StatefulSet", kSpec, before);
        if (!before.empty()) return;
    }
    validate_template_of_workload(with_claim_volumes(spec), "StatefulSet", kSpec, errors);
}

void validate_stateful_set(const Value& object, FieldErrors& errors) { check_stateful_spec(object["spec"], nullptr, errors); }

void validate_stateful_set_update(const Value& object, const Value& old, FieldErrors& errors) {
    check_stateful_spec(object["spec"], &old["spec"], errors);
    Value spec = object["spec"], before = old["spec"];
    for (auto field : {"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"}) {
        spec.erase(field);
        before.erase(field);
    }
    if (!(spec == before))
        errors.forbidden(kSpec, "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                                "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
}

void validate_controller_revision(const Value& object, FieldErrors& errors) {
    if (object["data"].is_null()) errors.required(FieldPath("data"), "data is mandatory");
    else if (!object["data"].is_object()) errors.required(FieldPath("data"), "data must be a valid JSON object");
    check_not_negative(object["revision"], FieldPath("revision"), errors);
}

void validate_controller_revision_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_controller_revision(object, errors);
    check_immutable(object["data"], old["data"], FieldPath("data"), errors);
}

}  // namespace skiff::api::kinds
