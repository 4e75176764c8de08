// batch/v1 CronJob.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kCronJob[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "batch.v1.CronJobSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "batch.v1.CronJobStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kCronJobSpec[] = {
    {.name = "schedule", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .doc = "When to run, in Cron format."},
    {.name = "startingDeadlineSeconds", .type = "int64", .proto = 2, .go = "*"},
    {.name = "concurrencyPolicy", .type = "string", .proto = 3, .enum_values = "Allow,Forbid,Replace",
     .doc = "Allow, Forbid or Replace. Defaults to Allow.", .go = "v1.ConcurrencyPolicy"},
    {.name = "suspend", .type = "bool", .proto = 4, .doc = "True: no further runs.", .go = "*"},
    {.name = "jobTemplate", .type = "batch.v1.JobTemplateSpec", .proto = 5, .required = true, .default_json = "{}",
     .doc = "The jobs to make."},
    {.name = "successfulJobsHistoryLimit", .type = "int32", .proto = 6, .go = "*"},
    {.name = "failedJobsHistoryLimit", .type = "int32", .proto = 7, .go = "*"},
    {.name = "timeZone", .type = "string", .proto = 8, .doc = "The time zone of the schedule; that of the server when not set.",
     .go = "*"},
};

constexpr FieldRow kJobTemplateSpec[] = {
    kMetadataField,
    {.name = "spec", .type = "batch.v1.JobSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kJobSpec[] = {
    {.name = "parallelism", .type = "int32", .proto = 1, .doc = "Pods to run at a time. Defaults to 1.", .go = "*"},
    {.name = "completions", .type = "int32", .proto = 2, .doc = "Pods that must succeed.", .go = "*"},
    {.name = "activeDeadlineSeconds", .type = "int64", .proto = 3, .doc = "Seconds the job may be active.", .go = "*"},
    {.name = "selector", .type = "meta.v1.LabelSelector", .proto = 4, .map_type = "atomic", .doc = "Which objects belong to it."},
    {.name = "manualSelector", .type = "bool", .proto = 5, .go = "*"},
    {.name = "template", .type = "core.v1.PodTemplateSpec", .proto = 6, .required = true, .default_json = "{}",
     .doc = "The pods to make."},
    {.name = "backoffLimit", .type = "int32", .proto = 7, .doc = "Retries before the job has failed. Defaults to 6.", .go = "*"},
    {.name = "ttlSecondsAfterFinished", .type = "int32", .proto = 8, .doc = "Seconds after which a finished job is deleted.", .go = "*"},
    {.name = "completionMode", .type = "string", .proto = 9, .enum_values = "Indexed,NonIndexed", .doc = "NonIndexed or Indexed.",
     .go = "*v1.CompletionMode"},
    {.name = "suspend", .type = "bool", .proto = 10, .doc = "True: no pods run.", .go = "*"},
    {.name = "podFailurePolicy", .type = "batch.v1.PodFailurePolicy", .proto = 11},
    {.name = "backoffLimitPerIndex", .type = "int32", .proto = 12, .go = "*"},
    {.name = "maxFailedIndexes", .type = "int32", .proto = 13, .go = "*"},
    {.name = "podReplacementPolicy", .type = "string", .proto = 14, .enum_values = "Failed,TerminatingOrFailed",
     .go = "*v1.PodReplacementPolicy"},
    {.name = "managedBy", .type = "string", .proto = 15, .go = "*"},
    {.name = "successPolicy", .type = "batch.v1.SuccessPolicy", .proto = 16},
};

constexpr FieldRow kPodFailurePolicy[] = {
    {.name = "rules", .type = "list<batch.v1.PodFailurePolicyRule>", .proto = 1, .required = true, .list_type = "atomic"},
};

constexpr FieldRow kPodFailurePolicyRule[] = {
    {.name = "action", .type = "string", .proto = 1, .required = true, .default_json = R"("")",
     .enum_values = "Count,FailIndex,FailJob,Ignore", .go = "v1.PodFailurePolicyAction"},
    {.name = "onExitCodes", .type = "batch.v1.PodFailurePolicyOnExitCodesRequirement", .proto = 2},
    {.name = "onPodConditions", .type = "list<batch.v1.PodFailurePolicyOnPodConditionsPattern>", .proto = 3, .list_type = "atomic"},
};

constexpr FieldRow kPodFailurePolicyOnExitCodesRequirement[] = {
    {.name = "containerName", .type = "string", .proto = 1, .go = "*"},
    {.name = "operator", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .enum_values = "In,NotIn",
     .go = "v1.PodFailurePolicyOnExitCodesOperator"},
    {.name = "values", .type = "list<int32>", .proto = 3, .required = true, .list_type = "set"},
};

constexpr FieldRow kPodFailurePolicyOnPodConditionsPattern[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.PodConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
};

constexpr FieldRow kSuccessPolicy[] = {
    {.name = "rules", .type = "list<batch.v1.SuccessPolicyRule>", .proto = 1, .required = true, .list_type = "atomic"},
};

constexpr FieldRow kSuccessPolicyRule[] = {
    {.name = "succeededIndexes", .type = "string", .proto = 1, .go = "*"},
    {.name = "succeededCount", .type = "int32", .proto = 2, .go = "*"},
};

constexpr FieldRow kCronJobStatus[] = {
    {.name = "active", .type = "list<core.v1.ObjectReference>", .proto = 1, .list_type = "atomic"},
    {.name = "lastScheduleTime", .type = "time", .proto = 4, .go = "*"},
    {.name = "lastSuccessfulTime", .type = "time", .proto = 5, .go = "*"},
};

constexpr FieldRow kCronJobList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<batch.v1.CronJob>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "batch.v1.CronJob", .fields = kCronJob, .doc = "Starts a Job at the times of a schedule."},
    {.name = "batch.v1.CronJobSpec", .fields = kCronJobSpec},
    {.name = "batch.v1.JobTemplateSpec", .fields = kJobTemplateSpec},
    {.name = "batch.v1.JobSpec", .fields = kJobSpec},
    {.name = "batch.v1.PodFailurePolicy", .fields = kPodFailurePolicy},
    {.name = "batch.v1.PodFailurePolicyRule", .fields = kPodFailurePolicyRule},
    {.name = "batch.v1.PodFailurePolicyOnExitCodesRequirement", .fields = kPodFailurePolicyOnExitCodesRequirement},
    {.name = "batch.v1.PodFailurePolicyOnPodConditionsPattern", .fields = kPodFailurePolicyOnPodConditionsPattern},
    {.name = "batch.v1.SuccessPolicy", .fields = kSuccessPolicy},
    {.name = "batch.v1.SuccessPolicyRule", .fields = kSuccessPolicyRule},
    {.name = "batch.v1.CronJobStatus", .fields = kCronJobStatus},
    {.name = "batch.v1.CronJobList", .fields = kCronJobList},
};

}  // namespace

void add_batch_v1_cron_job(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"batch", "v1", "CronJob"},
            .plural = "cronjobs",
            .singular = "cronjob",
            .list_kind = "CronJobList",
            .verbs = all_verbs(),
            .short_names = {"cj"},
            .categories = {"all"},
            .type_name = "batch.v1.CronJob",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "batch/cronjobs",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "CronJob"},
                },
            .columns = cron_job_columns(),
            .hooks = cron_job_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
