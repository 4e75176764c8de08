#include <limits>

#include "api/kinds/hooks.h"
#include "api/kinds/validate_workload.h"
#include "api/kinds/disabled_fields.h"
#include "api/kinds/pod_defaults.h"
#include "api/kinds/pod_warnings.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr std::string_view kControllerUid = "batch.kubernetes.io/controller-uid";
constexpr std::string_view kJobName = "batch.kubernetes.io/job-name";

// What Jobs and the templates of CronJobs share.
void default_job_template(Value& spec) {
    default_pod_template(spec.mut("template"));
    if_object(spec, "podFailurePolicy", [](Value& policy) {
        each_object(policy, "rules", [](Value& rule) {
            each_object(rule, "onPodConditions", [](Value& pattern) { set_default_zero(pattern, "status", "True"); });
        });
    });
}

void default_job(Value& job) {
    Value& spec = job.mut("spec");
    default_job_template(spec);
    // Without both it is a job of one pod.
    if (spec["completions"].is_null() && spec["parallelism"].is_null()) spec.set("completions", 1);
    set_default(spec, "parallelism", 1);
    bool per_index = !spec["backoffLimitPerIndex"].is_null();
    set_default(spec, "backoffLimit", per_index ? std::numeric_limits<int32_t>::max() : 6);
    set_default(spec, "completionMode", "NonIndexed");
    set_default(spec, "suspend", false);
    set_default(spec, "manualSelector", false);
    set_default(spec, "podReplacementPolicy", spec["podFailurePolicy"].is_object() ? "Failed" : "TerminatingOrFailed");
    const Value labels = spec["template"]["metadata"]["labels"];
    if (labels.size() > 0 && job["metadata"]["labels"].size() == 0) job.mut("metadata").set("labels", labels);
}

bool object_labels_are(const Value& object, const Value& labels) { return object["metadata"]["labels"].size() == 0 || object["metadata"]["labels"] == labels; }

// Unless the user takes care of it, the selector is the job's uid, which its pods carry as a label.
void prepare_job(Value& job) {
    reset_status(job);
    drop_disabled_template_fields(job);
    Value& spec = job.mut("spec");
    if (spec["manualSelector"].as_bool()) return;
    const std::string uid = job["metadata"]["uid"].as_string(), name = job["metadata"]["name"].as_string();
    Value& labels = spec.mut("template").mut("metadata").mut("labels");
    // Labels that were taken from the template stay the same as the template's.
    bool follow = object_labels_are(job, labels);
    for (auto [key, value] : {std::pair<std::string_view, const std::string&>("controller-uid", uid), {"job-name", name}, {kControllerUid, uid}, {kJobName, name}})
        if (!labels.has(key)) labels.set(key, value);
    Value& selector = spec.mut("selector").mut("matchLabels");
    if (!selector.has(kControllerUid)) selector.set(kControllerUid, uid);
    if (follow) job.mut("metadata").set("labels", Value(std::as_const(job)["spec"]["template"]["metadata"]["labels"]));
}

void default_cron_job(Value& object) {
    Value& spec = object.mut("spec");
    set_default_zero(spec, "concurrencyPolicy", "Allow");
    set_default(spec, "suspend", false);
    set_default(spec, "successfulJobsHistoryLimit", 3);
    set_default(spec, "failedJobsHistoryLimit", 1);
    default_job_template(spec.mut("jobTemplate").mut("spec"));
}

}  // namespace

KindHooks job_hooks() {
    return {.set_defaults = default_job, .prepare_create = prepare_job,
            .prepare_update = [](Value& job, const Value&) { drop_disabled_template_fields(job); },
            .validate_create = validate_job,
            .validate_update = validate_job_update,
            .validate_status_update = validate_job_status_update,
            .warnings = pod_template_warnings};
}

KindHooks cron_job_hooks() {
    return {.set_defaults = default_cron_job, .prepare_create = [](Value& object) {
                reset_status(object);
                drop_disabled_template_fields(object.mut("spec").mut("jobTemplate"));
            },
            .prepare_update = [](Value& object, const Value&) { drop_disabled_template_fields(object.mut("spec").mut("jobTemplate")); },
            .validate_create = validate_cron_job,
            .validate_update = also_on_update(validate_cron_job),
            .warnings = cron_job_warnings};
}

}  // namespace skiff::api::kinds
