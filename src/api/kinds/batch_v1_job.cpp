// batch/v1 Job.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kJob[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "batch.v1.JobSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "batch.v1.JobStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kJobStatus[] = {
    {.name = "conditions", .type = "list<batch.v1.JobCondition>", .proto = 1, .list_type = "atomic", .patch_strategy = "merge",
     .patch_merge_key = "type", .doc = "The latest observations of its state."},
    {.name = "startTime", .type = "time", .proto = 2, .go = "*"},
    {.name = "completionTime", .type = "time", .proto = 3, .go = "*"},
    {.name = "active", .type = "int32", .proto = 4},
    {.name = "succeeded", .type = "int32", .proto = 5},
    {.name = "failed", .type = "int32", .proto = 6},
    {.name = "completedIndexes", .type = "string", .proto = 7},
    {.name = "uncountedTerminatedPods", .type = "batch.v1.UncountedTerminatedPods", .proto = 8},
    {.name = "ready", .type = "int32", .proto = 9, .go = "*"},
    {.name = "failedIndexes", .type = "string", .proto = 10, .go = "*"},
    {.name = "terminating", .type = "int32", .proto = 11, .go = "*"},
};

constexpr FieldRow kJobCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.JobConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastProbeTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "lastTransitionTime", .type = "time", .proto = 4, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 5},
    {.name = "message", .type = "string", .proto = 6},
};

constexpr FieldRow kUncountedTerminatedPods[] = {
    {.name = "succeeded", .type = "list<string>", .proto = 1, .list_type = "set", .go = "types.UID"},
    {.name = "failed", .type = "list<string>", .proto = 2, .list_type = "set", .go = "types.UID"},
};

constexpr FieldRow kJobList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<batch.v1.Job>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "batch.v1.Job", .fields = kJob, .doc = "Runs pods until a number of them has succeeded."},
    {.name = "batch.v1.JobStatus", .fields = kJobStatus},
    {.name = "batch.v1.JobCondition", .fields = kJobCondition},
    {.name = "batch.v1.UncountedTerminatedPods", .fields = kUncountedTerminatedPods},
    {.name = "batch.v1.JobList", .fields = kJobList},
};

}  // namespace

void add_batch_v1_job(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"batch", "v1", "Job"},
            .plural = "jobs",
            .singular = "job",
            .list_kind = "JobList",
            .verbs = all_verbs(),
            .categories = {"all"},
            .type_name = "batch.v1.Job",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "batch/jobs",
            .selectable_fields = {"status.successful=status.succeeded|!0"},
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "Job"},
                },
            .columns = job_columns(),
            .hooks = job_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
