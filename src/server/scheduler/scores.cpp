// The scores with Kubernetes' default weights.
#include "server/scheduler/score.h"

#include <algorithm>

namespace skiff::scheduler {

const std::vector<Score>& scores() {
    static const std::vector<Score> kScores = {
        {"TaintToleration", 3, score_taints},
        {"NodeAffinity", 2, score_node_affinity},
        {"PodTopologySpread", 2, score_spread},
        {"InterPodAffinity", 2, score_inter_pod_affinity},
        {"NodeResourcesFit", 1, score_resources},
        {"NodeResourcesBalancedAllocation", 1, score_balance},
        {"ImageLocality", 1, score_images},
    };
    return kScores;
}

void normalise(std::vector<int64_t>& values, bool reversed) {
    int64_t largest = 0;
    for (auto value : values) largest = std::max(largest, value);
    for (auto& value : values) {
        value = largest ? value * kScoreMax / largest : 0;
        if (reversed) value = kScoreMax - value;
    }
}

}  // namespace skiff::scheduler
