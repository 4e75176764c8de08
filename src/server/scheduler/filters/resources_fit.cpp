#include "server/scheduler/filter.h"

namespace skiff::scheduler {

namespace {

void need(Refusal& refusal, const std::string& resource, int64_t request, int64_t used, int64_t capacity) {
    if (request <= 0 || request <= capacity - used) return;
    refusal.reasons.push_back("Insufficient " + resource);
    if (request > capacity) refusal.unresolvable = true;
}

// Extended resources that the profile leaves to somebody else (an extender), by name or by the part before the slash.
bool ignored(const Profile& profile, const std::string& name) {
    if (profile.ignored_resources.empty() && profile.ignored_resource_groups.empty()) return false;
    return profile.ignored_resources.count(name) || profile.ignored_resource_groups.count(name.substr(0, name.find('/')));
}

}  // namespace

std::unique_ptr<PreparedFilter> filter_resources_fit(const PodInfo& pod, const Snapshot&, const Profile& profile, std::optional<Refusal>&) {
    return make_filter([&pod, &profile](const NodeInfo& node) -> std::optional<Refusal> {
        Refusal refusal;
        if (static_cast<int64_t>(node.pods.size()) + 1 > node.pods_max) refusal.reasons.emplace_back("Too many pods");
        need(refusal, "cpu", pod.request.milli_cpu, node.requested.milli_cpu, node.allocatable.milli_cpu);
        need(refusal, "memory", pod.request.memory, node.requested.memory, node.allocatable.memory);
        need(refusal, "ephemeral-storage", pod.request.ephemeral, node.requested.ephemeral, node.allocatable.ephemeral);
        for (const auto& [name, amount] : pod.request.extended) {
            if (ignored(profile, name)) continue;
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
