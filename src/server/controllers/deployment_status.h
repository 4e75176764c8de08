// The status of a Deployment as its ReplicaSets and time give it, with Kubernetes' conditions and words. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/controllers/deployment_rollout.h"

namespace skiff::controllers {

struct DeploymentFacts {
    std::string name;
    int64_t generation = 0;
    RolloutSpec spec;
    std::optional<int64_t> progress_deadline_s;   // nothing: none (or the maximum, which means none)
    bool paused = false;
};
DeploymentFacts read_deployment_facts(const json::Value& deployment);

// Counts and the Available condition; conditions of `before` are kept.
json::Value deployment_counts(const DeploymentFacts& facts, const json::Value& before, const SetSize* newest, const std::vector<SetSize>& all, WallTime now);
// The same with Progressing and ReplicaFailure, as during a rollout. failure: a ReplicaFailure condition of one of the sets, or null.
json::Value deployment_progress(const DeploymentFacts& facts, const json::Value& before, const SetSize* newest, const std::vector<SetSize>& all,
                                const json::Value* failure, WallTime now);
// When a rollout that stands still has to be looked at again for its deadline.
std::optional<Duration> progress_check_after(const DeploymentFacts& facts, const json::Value& status, WallTime now);
bool deployment_complete(const DeploymentFacts& facts, const json::Value& status);
// Sets Progressing as Kubernetes does: the same status and reason change nothing; lastUpdateTime tells the last progress.
void set_deployment_condition(json::Value& status, const std::string& type, const std::string& value, const std::string& reason,
                              const std::string& message, WallTime now);

}  // namespace skiff::controllers
