#include "server/scheduler/filter.h"

namespace skiff::scheduler {

namespace {

bool clash(const HostPort& a, const HostPort& b) {
    if (a.port != b.port || a.protocol != b.protocol) return false;
    return a.ip == b.ip || a.ip == "0.0.0.0" || b.ip == "0.0.0.0" || a.ip.empty() || b.ip.empty();
}

}  // namespace

std::unique_ptr<PreparedFilter> filter_node_ports(const PodInfo& pod, const Snapshot&, const Profile&, std::optional<Refusal>&) {
    if (pod.ports.empty()) return nullptr;
    return make_filter([&pod](const NodeInfo& node) -> std::optional<Refusal> {
        for (const auto& [uid, other] : node.pods)
            for (const auto& theirs : other->ports)
                for (const auto& ours : pod.ports)
                    if (clash(ours, theirs)) return Refusal{{"node(s) didn't have free ports for the requested pod ports"}, false};
        return std::nullopt;
    });
}

}  // namespace skiff::scheduler
