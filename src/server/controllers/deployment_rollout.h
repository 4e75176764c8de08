// What a Deployment's rollout does next: sizes of its ReplicaSets from sizes and states. Pure functions on values; the shell is
// deployment.cpp. The rules are those of Kubernetes' "Rolling Update Deployment": never more than replicas + maxSurge pods, never fewer
// than replicas - maxUnavailable available ones, proportional scaling in the middle of a rollout.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "json/value.h"

namespace skiff::controllers {

// The numbers of one ReplicaSet.
struct SetSize {
    std::string name;
    std::string created;               // RFC 3339
    int64_t replicas = 0;              // spec
    int64_t actual = 0, ready = 0, available = 0, terminating = 0;      // status
    bool current = true;               // the status is of the spec as it is now
    int64_t desired_before = -1;       // annotation desired-replicas; -1 without
    int64_t max_before = -1;           // annotation max-replicas
};

struct RolloutSpec {
    int64_t replicas = 1;
    bool recreate = false;
    int64_t max_surge = 0, max_unavailable = 0;        // resolved to numbers
    int64_t surge_limit() const { return replicas > 0 ? replicas + max_surge : 0; }
};
RolloutSpec read_rollout_spec(const json::Value& deployment_spec);
// "25%" or a number, of total.
int64_t resolve_share(const json::Value& int_or_percent, int64_t total, bool round_up, int64_t fallback = 0);

struct Resize {
    std::string name;
    int64_t replicas;
};

// The first size of a new ReplicaSet, or the size to which it may grow now. `current` is 0 for one that is to be made.
int64_t new_set_size(const RolloutSpec& spec, int64_t all_replicas, int64_t current);
// The next sizes of a rolling update; empty: nothing to do now. newest null: there is none yet.
std::vector<Resize> step_new_set(const RolloutSpec& spec, const SetSize& newest, const std::vector<SetSize>& old);
std::vector<Resize> step_old_sets(const RolloutSpec& spec, const SetSize& newest, const std::vector<SetSize>& old);
// The sizes after spec.replicas changed (or while paused): one active set takes all, several share by proportion. newest may be null.
std::vector<Resize> scale_sets(const RolloutSpec& spec, const SetSize* newest, const std::vector<SetSize>& old);
// Whether spec.replicas changed since the sets were last sized.
bool scaling_needed(const RolloutSpec& spec, const std::vector<SetSize>& all);
// Names of old, empty sets beyond the history limit, oldest revision first. sets: by revision, ascending.
struct HistoryEntry {
    std::string name;
    int64_t revision = 0;
    bool removable = false;            // no pods, observed, not being deleted
    bool deleting = false;
};
std::vector<std::string> history_to_remove(std::vector<HistoryEntry> old, int64_t limit);

}  // namespace skiff::controllers
