// Score: how good a node is for a pod, 0-100 for each score, summed with weights. Runs only over nodes that passed the filters. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "server/scheduler/profile.h"
#include "server/scheduler/snapshot.h"

namespace skiff::scheduler {

using NodeList = std::vector<const NodeInfo*>;

struct Score {
    std::string_view name;                           // as Kubernetes' plugin is called
    int64_t weight;
    // One value a node, in order; empty when the score has nothing to say. Not normalised unless the score does it itself.
    std::vector<int64_t> (*run)(const PodInfo& pod, const Snapshot& snapshot, const NodeList& nodes, const Profile& profile);
};

const std::vector<Score>& scores();                  // scores.cpp
constexpr int64_t kScoreMax = 100;
// Scales to 0-100 by the largest; reversed: the largest becomes 0.
void normalise(std::vector<int64_t>& values, bool reversed);

std::vector<int64_t> score_resources(const PodInfo&, const Snapshot&, const NodeList&, const Profile& = default_profile());
std::vector<int64_t> score_balance(const PodInfo&, const Snapshot&, const NodeList&, const Profile& = default_profile());
std::vector<int64_t> score_taints(const PodInfo&, const Snapshot&, const NodeList&, const Profile& = default_profile());
std::vector<int64_t> score_node_affinity(const PodInfo&, const Snapshot&, const NodeList&, const Profile& = default_profile());
std::vector<int64_t> score_spread(const PodInfo&, const Snapshot&, const NodeList&, const Profile& = default_profile());
std::vector<int64_t> score_inter_pod_affinity(const PodInfo&, const Snapshot&, const NodeList&, const Profile& = default_profile());
std::vector<int64_t> score_images(const PodInfo&, const Snapshot&, const NodeList&, const Profile& = default_profile());

}  // namespace skiff::scheduler
