// Profile: what one scheduler name does: the filters and scores that run, their weights and settings (a profile of KubeSchedulerConfiguration
// and the arguments of its plugins). A value; never changes while it is used. configuration.h reads it.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/scheduler/pod_info.h"

namespace skiff::scheduler {

struct Filter;
struct Score;

struct ResourceWeight {
    std::string name;
    int64_t weight = 1;
};

// One point of the function that RequestedToCapacityRatio scores by; score 0-10.
struct ShapePoint {
    int64_t utilization = 0, score = 0;
};

enum class FitStrategy { LeastAllocated, MostAllocated, RequestedToCapacityRatio };

struct Profile {
    struct WeightedScore {
        const Score* score;
        int64_t weight;
    };
    std::string name = "default-scheduler";
    std::vector<const Filter*> filters;              // in the order in which a node is asked
    std::vector<WeightedScore> scores;
    bool runs(std::string_view filter) const;
    bool preempts = true;                            // DefaultPreemption is enabled
    bool gates = true;                               // SchedulingGates is enabled
    int64_t percentage_of_nodes = 0;                 // of nodes that are looked for before scoring; 0: by the size of the cluster

    // NodeResourcesFit, NodeResourcesBalancedAllocation
    FitStrategy fit = FitStrategy::LeastAllocated;
    std::vector<ResourceWeight> fit_resources{{"cpu"}, {"memory"}}, balance_resources{{"cpu"}, {"memory"}};
    std::vector<ShapePoint> shape;
    std::set<std::string> ignored_resources, ignored_resource_groups;
    // InterPodAffinity
    int64_t hard_affinity_weight = 1;
    bool ignore_preferences_of_others = false;
    // PodTopologySpread: constraints of pods that have none, by their controller; system: host names and zones, without need of the labels
    bool system_spread = true;
    std::vector<SpreadConstraint> default_spread;
    // NodeAffinity: what the profile asks beside the pod
    bool has_added_affinity = false;
    std::vector<NodeTerm> added_nodes, added_preferred_nodes;
    // DefaultPreemption: how many nodes are tried
    int64_t candidates_percent = 10, candidates_min = 100;
};

// All filters and scores with Kubernetes' weights, as default-scheduler.
const Profile& default_profile();

}  // namespace skiff::scheduler
