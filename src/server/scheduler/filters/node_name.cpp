#include "server/scheduler/filter.h"

namespace skiff::scheduler {

std::unique_ptr<PreparedFilter> filter_node_name(const PodInfo& pod, const Snapshot&, const Profile&, std::optional<Refusal>&) {
    if (pod.node_name.empty()) return nullptr;
    return make_filter([wanted = pod.node_name](const NodeInfo& node) -> std::optional<Refusal> {
        if (node.name == wanted) return std::nullopt;
        return Refusal{{"node(s) didn't match the requested node name"}, true};
    });
}

}  // namespace skiff::scheduler
