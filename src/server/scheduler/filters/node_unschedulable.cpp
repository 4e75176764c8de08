#include <algorithm>

#include "server/scheduler/filter.h"

namespace skiff::scheduler {

std::unique_ptr<PreparedFilter> filter_node_unschedulable(const PodInfo& pod, const Snapshot&, const Profile&, std::optional<Refusal>&) {
    const bool tolerated = std::any_of(pod.tolerations.begin(), pod.tolerations.end(), [](const Toleration& t) {
        return t.tolerates("node.kubernetes.io/unschedulable", "", "NoSchedule");
    });
    if (tolerated) return nullptr;
    return make_filter([](const NodeInfo& node) -> std::optional<Refusal> {
        if (!node.unschedulable) return std::nullopt;
        return Refusal{{"node(s) were unschedulable"}, true};
    });
}

}  // namespace skiff::scheduler
