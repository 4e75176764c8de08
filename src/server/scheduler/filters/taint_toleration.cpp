#include <algorithm>

#include "server/scheduler/filter.h"

namespace skiff::scheduler {

namespace {

const Taint* untolerated(const PodInfo& pod, const NodeInfo& node) {
    for (const auto& taint : node.taints) {
        if (taint.effect != "NoSchedule" && taint.effect != "NoExecute") continue;
        if (std::none_of(pod.tolerations.begin(), pod.tolerations.end(),
                         [&](const Toleration& t) { return t.tolerates(taint.key, taint.value, taint.effect); }))
            return &taint;
    }
    return nullptr;
}

}  // namespace

bool tolerates_all(const PodInfo& pod, const NodeInfo& node) { return untolerated(pod, node) == nullptr; }

std::unique_ptr<PreparedFilter> filter_taint_toleration(const PodInfo& pod, const Snapshot&, const Profile&, std::optional<Refusal>&) {
    return make_filter([&pod](const NodeInfo& node) -> std::optional<Refusal> {
        if (untolerated(pod, node)) return Refusal{{"node(s) had untolerated taint(s)"}, true};
        return std::nullopt;
    });
}

}  // namespace skiff::scheduler
