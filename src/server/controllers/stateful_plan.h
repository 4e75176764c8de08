// What a StatefulSet does next: which pod of which ordinal is made or removed. Pure; the shell is stateful_set.cpp.
//
// Ordered sets take one step at a time: an ordinal is made when all before it are available, removed when all after it are gone.
// A name is never used by two pods: a pod is made again only after the API shows its predecessor gone.
#pragma once

#include <string>
#include <vector>

#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

struct StatefulSpec {
    std::string name;
    int64_t replicas = 1, start = 0;
    bool parallel = false, rolling = true;
    int64_t partition = 0, max_unavailable = 1;
    int64_t min_ready_s = 0;
    bool deleting = false;
    std::string current_revision, update_revision;     // names of ControllerRevisions
};
StatefulSpec read_stateful_spec(const json::Value& set);

struct StatefulPod {
    int64_t ordinal = 0;
    PodRef pod;
    std::string revision;                               // label controller-revision-hash
};
// The ordinal in a pod's name, -1 when the name is not one of the set's.
int64_t stateful_ordinal(const std::string& set, const std::string& pod);

struct StatefulStep {
    enum class Kind { Create, Remove, Recreate, CheckClaims };   // Recreate: remove a finished pod; CheckClaims: of a pending pod
    Kind kind;
    int64_t ordinal;
    std::string revision;                               // Create
    ObjectPtr pod;
    bool condemned = false;                             // Remove for scaling down
};

struct StatefulPlan {
    std::vector<StatefulStep> steps;
    json::Value status;                                 // counts and revisions; complete rollouts take the update revision as current
};
StatefulPlan plan_stateful_set(const StatefulSpec& spec, std::vector<StatefulPod> pods, const json::Value& status_before, int64_t generation, WallTime now);

}  // namespace skiff::controllers
