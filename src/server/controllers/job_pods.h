// JobPods: what a Job's decisions need of its pods, and the rules of podFailurePolicy and successPolicy. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/controllers/index_set.h"
#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

inline constexpr const char* kJobFinalizer = "batch.kubernetes.io/job-tracking";
inline constexpr const char* kIndexKey = "batch.kubernetes.io/job-completion-index";
inline constexpr const char* kIndexFailures = "batch.kubernetes.io/job-index-failure-count";

enum class FailureAction { Count, Ignore, FailJob, FailIndex };

struct JobPod {
    ObjectPtr object;
    std::string uid, name;
    PodPhase phase = PodPhase::Pending;
    bool deleting = false, ready = false, tracked = false;     // tracked: has the job's finalizer
    int64_t index = -1;
    int64_t index_failures = 0;                                 // of earlier pods of its index
    int64_t restarts = 0;
    WallTime created{}, finished_at{};
    FailureAction action = FailureAction::Count;                // what the policy says of its failure
    std::string action_message;                                 // FailJob: the condition's message

    bool active() const { return phase != PodPhase::Succeeded && phase != PodPhase::Failed && !deleting; }
    bool terminating() const { return deleting && phase != PodPhase::Succeeded && phase != PodPhase::Failed; }
};
// job: the Job's tree, for its policies.
JobPod read_job_pod(const ObjectPtr& pod, const json::Value& job, WallTime now);

// The rule of spec.successPolicy that the succeeded indexes meet, as the condition's message; nothing when none.
std::optional<std::string> met_success_policy(const json::Value& job_spec, const IndexSet& succeeded, int64_t completions);

}  // namespace skiff::controllers
