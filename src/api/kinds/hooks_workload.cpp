#include "api/kinds/hooks.h"
#include "api/kinds/validate_workload.h"
#include "api/kinds/disabled_fields.h"
#include "api/kinds/pod_defaults.h"
#include "api/kinds/pod_warnings.h"
#include "api/kinds/set_default.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

// The counter of template changes that old clients of DaemonSets read.
constexpr std::string_view kTemplateGeneration = "deprecated.daemonset.template.generation";

void default_replicas(Value& spec) { set_default(spec, "replicas", 1); }

void default_replication_controller(Value& object) {
    Value& spec = object.mut("spec");
    default_replicas(spec);
    if (!spec["template"].is_object()) return;
    default_pod_template(spec.mut("template"));
    const Value labels = spec["template"]["metadata"]["labels"];
    if (labels.size() == 0) return;
    if (spec["selector"].size() == 0) spec.set("selector", labels);
    if (object["metadata"]["labels"].size() == 0) object.mut("metadata").set("labels", labels);
}

void default_replica_set(Value& object) {
    Value& spec = object.mut("spec");
    default_replicas(spec);
    default_pod_template(spec.mut("template"));
}

void default_deployment(Value& object) {
    Value& spec = object.mut("spec");
    default_replicas(spec);
    default_pod_template(spec.mut("template"));
    Value& strategy = spec.mut("strategy");
    set_default_zero(strategy, "type", "RollingUpdate");
    if (strategy["type"].as_string() == "RollingUpdate") {
        Value& rolling = strategy.mut("rollingUpdate");
        set_default(rolling, "maxUnavailable", "25%");
        set_default(rolling, "maxSurge", "25%");
    }
    set_default(spec, "revisionHistoryLimit", 10);
    set_default(spec, "progressDeadlineSeconds", 600);
}

void default_claim(Value& claim) {
    default_claim_spec(claim.mut("spec"));
    set_default_zero(claim, "kind", "PersistentVolumeClaim");
    set_default_zero(claim, "apiVersion", "v1");
    set_default_zero(claim.mut("status"), "phase", "Pending");
}

void default_stateful_set(Value& object) {
    Value& spec = object.mut("spec");
    default_replicas(spec);
    default_pod_template(spec.mut("template"));
    set_default_zero(spec, "podManagementPolicy", "OrderedReady");
    Value& strategy = spec.mut("updateStrategy");
    // Who names the type has to name its numbers too.
    if (strategy["type"].empty() && !strategy["rollingUpdate"].is_object()) strategy.set("rollingUpdate", Value::object());
    set_default_zero(strategy, "type", "RollingUpdate");
    if (strategy["type"].as_string() == "RollingUpdate") if_object(strategy, "rollingUpdate", [](Value& rolling) { set_default(rolling, "partition", 0); });
    Value& retention = spec.mut("persistentVolumeClaimRetentionPolicy");
    set_default_zero(retention, "whenDeleted", "Retain");
    set_default_zero(retention, "whenScaled", "Retain");
    set_default(spec, "revisionHistoryLimit", 10);
    each_object(spec, "volumeClaimTemplates", default_claim);
}

void default_daemon_set(Value& object) {
    Value& spec = object.mut("spec");
    default_pod_template(spec.mut("template"));
    Value& strategy = spec.mut("updateStrategy");
    set_default_zero(strategy, "type", "RollingUpdate");
    if (strategy["type"].as_string() == "RollingUpdate") {
        Value& rolling = strategy.mut("rollingUpdate");
        set_default(rolling, "maxUnavailable", 1);
        set_default(rolling, "maxSurge", 0);
    }
    // Where there are any, both are numbers.
    if_object(strategy, "rollingUpdate", [](Value& rolling) {
        for (auto field : {"maxUnavailable", "maxSurge"}) set_default(rolling, field, 0);
    });
    set_default(spec, "revisionHistoryLimit", 10);
    // The counter is a field of Kubernetes' own type: everybody who writes a daemon set writes it.
    if (!object["metadata"]["annotations"].has(kTemplateGeneration)) object.mut("metadata").mut("annotations").set(kTemplateGeneration, "0");
}

void set_template_generation(Value& daemon_set, int64_t generation) {
    daemon_set.mut("metadata").mut("annotations").set(kTemplateGeneration, std::to_string(generation));
}

int64_t template_generation(const Value& daemon_set) {
    return parse_int(daemon_set["metadata"]["annotations"][kTemplateGeneration].as_string()).value_or(0);
}

void drop_on_update(Value& object, const Value&) { drop_disabled_template_fields(object); }

// MaxUnavailableStatefulSet is off.
void drop_max_unavailable(Value& object) {
    if_object(object.mut("spec"), "updateStrategy", [](Value& strategy) {
        if_object(strategy, "rollingUpdate", [](Value& rolling) { rolling.erase("maxUnavailable"); });
    });
}

void prepare_replicas(Value& object) {
    drop_disabled_template_fields(object);
    reset_status(object, {"replicas"});
}

void prepare_daemon_set(Value& object) {
    drop_disabled_template_fields(object);
    int64_t given = template_generation(object);
    set_template_generation(object, given > 0 ? given : 1);
    reset_status(object, {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"});
}

void prepare_daemon_set_update(Value& object, const Value& old) {
    drop_disabled_template_fields(object);
    int64_t generation = template_generation(old);
    if (!(object["spec"]["template"] == old["spec"]["template"])) ++generation;
    set_template_generation(object, generation);
}

}  // namespace

KindHooks replication_controller_hooks() {
    return {.set_defaults = default_replication_controller, .prepare_create = prepare_replicas, .prepare_update = drop_on_update,
            .validate_create = validate_replication_controller,
            .validate_update = twice_on_update(validate_replication_controller),
            .validate_status_update = validate_replica_status_update,
            .warnings = pod_template_warnings};
}

KindHooks replica_set_hooks() {
    return {.set_defaults = default_replica_set, .prepare_create = prepare_replicas, .prepare_update = drop_on_update,
            .validate_create = validate_replica_set,
            .validate_update = validate_replica_set_update,
            .validate_status_update = validate_replica_status_update,
            .warnings = pod_template_warnings};
}

KindHooks deployment_hooks() {
    return {.set_defaults = default_deployment, .prepare_create = [](Value& object) {
                drop_disabled_template_fields(object);
                reset_status(object);
            },
            .prepare_update = drop_on_update,
            .validate_create = validate_deployment,
            .validate_update = validate_deployment_update,
            .validate_status_update = validate_deployment_status_update,
            .warnings = pod_template_warnings};
}

KindHooks stateful_set_hooks() {
    return {.set_defaults = default_stateful_set,
            .prepare_create = [](Value& object) {
                drop_disabled_template_fields(object);
                drop_max_unavailable(object);
                reset_status(object, {"replicas", "availableReplicas"});
            },
            .prepare_update = [](Value& object, const Value&) {
                drop_disabled_template_fields(object);
                drop_max_unavailable(object);
            },
            .validate_create = validate_stateful_set,
            .validate_update = validate_stateful_set_update,
            .validate_status_update = validate_stateful_set_status_update,
            .warnings = stateful_set_warnings};
}

KindHooks daemon_set_hooks() {
    return {.set_defaults = default_daemon_set, .prepare_create = prepare_daemon_set, .prepare_update = prepare_daemon_set_update,
            .validate_create = validate_daemon_set,
            .validate_update = validate_daemon_set_update,
            .validate_status_update = validate_daemon_set_status_update,
            .warnings = pod_template_warnings};
}

KindHooks controller_revision_hooks() {
    return {.validate_create = validate_controller_revision,
            .validate_update = validate_controller_revision_update};
}

}  // namespace skiff::api::kinds
