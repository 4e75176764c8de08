#include "server/scheduler/filter.h"

namespace skiff::scheduler {

namespace {

void need(Refusal& refusal, const std::string& resource, int64_t request, int64_t used, int64_t capacity) {
    if (request <= 0 || request <= capacity - used) return;
    refusal.reasons.push_back("Insufficient " + resource);
    if (request > capacity) refusal.unresolvable = true;
}

}  // namespace

std::unique_ptr<PreparedFilter> filter_resources_fit(const PodInfo& pod, const Snapshot&, std::optional<Refusal>&) {
    return make_filter([&pod](const NodeInfo& node) -> std::optional<Refusal> {
        Refusal refusal;
        if (static_cast<int64_t>(node.pods.size()) + 1 > node.pods_max) refusal.reasons.emplace_back("Too many pods");
        need(refusal, "cpu", pod.request.milli_cpu, node.requested.milli_cpu, node.allocatable.milli_cpu);
        need(refusal, "memory", pod.request.memory, node.requested.memory, node.allocatable.memory);
        need(refusal, "ephemeral-storage", pod.request.ephemeral, node.requested.ephemeral, node.allocatable.ephemeral);
        for (const auto& [name, amount] : pod.request.extended) {
            auto find = [&](const Amounts& amounts) {
                auto it = amounts.extended.find(name);
                return it == amounts.extended.end() ? int64_t{0} : it->second;
            };
            need(refusal, name, amount, find(node.requested), find(node.allocatable));
        }
        if (refusal.reasons.empty()) return std::nullopt;
        return refusal;
    });
}

}  // namespace skiff::scheduler
