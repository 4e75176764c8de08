// What a Job does next. Pure: from its tree, its pods, its back-off record and the time to a plan; the shell is job.cpp.
//
// Counting never goes wrong, whatever is interrupted: a finished pod's uid is first written to status.uncountedTerminatedPods (or its
// index to completedIndexes), then the pod loses the job's finalizer, then the uid leaves the list and the counter grows, in one write.
#pragma once

#include <string>
#include <vector>

#include "server/controllers/job_pods.h"

namespace skiff::controllers {

// Failures since the last success, for the delay before the next pod. Kept in memory; lost with the process, which only shortens a delay.
struct JobBackoff {
    int64_t failures = 0;
    WallTime last_failure{};
    std::set<std::string> seen;            // uids that were counted here
};

struct JobPlan {
    json::Value status_before;              // with the uids of newly finished pods; to be written before the finalizers go
    std::vector<ObjectPtr> release;         // pods that lose the finalizer
    json::Value status_after;               // counted, with conditions; written after the pods below are handled
    std::vector<ObjectPtr> remove;          // active pods to delete
    bool removed_fail = false;              // they keep the finalizer and are counted as failed
    int64_t create = 0;                     // NonIndexed: how many
    std::vector<int64_t> create_indexes;    // Indexed: which
    std::map<int64_t, int64_t> index_failures;   // for the annotation of new pods
    Duration requeue{0};
    struct Event {
        bool warning;
        std::string reason, message;
    };
    std::vector<Event> events;
};

bool job_finished(const json::Value& status);
JobPlan plan_job(const json::Value& job, const std::vector<JobPod>& pods, JobBackoff& backoff, WallTime now);
// The pod of a Job; index -1: NonIndexed.
json::Value job_pod(const json::Value& job, const api::Object& owner, int64_t index, int64_t index_failures);

}  // namespace skiff::controllers
