#include <map>
#include <set>

#include "server/scheduler/filter.h"

namespace skiff::scheduler {

namespace {

using Volumes = std::map<std::string, std::set<std::string>>;   // handles by driver

void collect(const PodInfo& pod, const Snapshot& snapshot, Volumes& volumes) {
    for (const auto& name : pod.claims)
        if (const auto claim = snapshot.claim(pod.ns, name); !claim.driver.empty()) volumes[claim.driver].insert(claim.handle);
}

}  // namespace

// A node attaches only so many volumes of a driver at a time (CSINode, allocatable.count).
std::unique_ptr<PreparedFilter> filter_volume_limits(const PodInfo& pod, const Snapshot& snapshot, const Profile&, std::optional<Refusal>&) {
    if (pod.claims.empty() || !snapshot.claim || !snapshot.volume_limit) return nullptr;
    Volumes wanted;
    collect(pod, snapshot, wanted);
    if (wanted.empty()) return nullptr;
    return make_filter([&snapshot, wanted = std::move(wanted)](const NodeInfo& node) -> std::optional<Refusal> {
        std::optional<Volumes> there;
        for (const auto& [driver, handles] : wanted) {
            const auto limit = snapshot.volume_limit(node.name, driver);
            if (!limit) continue;
            if (!there) {
                there.emplace();
                for (const auto& [uid, other] : node.pods) collect(*other, snapshot, *there);
            }
            auto all = (*there)[driver];
            const size_t before = all.size();
            all.insert(handles.begin(), handles.end());
            if (all.size() > before && static_cast<int64_t>(all.size()) > *limit) return Refusal{{"node(s) exceed max volume count"}, false};
        }
        return std::nullopt;
    });
}

}  // namespace skiff::scheduler
