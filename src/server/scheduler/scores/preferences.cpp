// What node and pod prefer of each other: taints that only ask, preferred node affinity, images that are there already.
#include <algorithm>

#include "server/scheduler/filter.h"
#include "server/scheduler/score.h"

namespace skiff::scheduler {

std::vector<int64_t> score_taints(const PodInfo& pod, const Snapshot&, const NodeList& nodes, const Profile&) {
    std::vector<int64_t> values;
    bool any = false;
    for (const auto* node : nodes) {
        int64_t count = 0;
        for (const auto& taint : node->taints)
            if (taint.effect == "PreferNoSchedule" && std::none_of(pod.tolerations.begin(), pod.tolerations.end(), [&](const Toleration& t) {
                    return t.tolerates(taint.key, taint.value, taint.effect);
                }))
                ++count;
        any = any || count;
        values.push_back(count);
    }
    if (!any) return {};
    normalise(values, true);
    return values;
}

std::vector<int64_t> score_node_affinity(const PodInfo& pod, const Snapshot&, const NodeList& nodes, const Profile& profile) {
    if (pod.preferred_nodes.empty() && profile.added_preferred_nodes.empty()) return {};
    std::vector<int64_t> values;
    for (const auto* node : nodes) {
        int64_t sum = 0;
        for (const auto* terms : {&pod.preferred_nodes, &profile.added_preferred_nodes})
            for (const auto& term : *terms)
                if ((term.labels.empty() && term.fields.empty()) || term_matches(term, *node)) sum += term.weight;
        values.push_back(sum);
    }
    normalise(values, false);
    return values;
}

// Images up to 23 MB give nothing, 1000 MB a container all (imagelocality/image_locality.go).
std::vector<int64_t> score_images(const PodInfo& pod, const Snapshot&, const NodeList& nodes, const Profile&) {
    constexpr int64_t kMegabyte = 1024 * 1024, kLeast = 23 * kMegabyte, kMost = 1000 * kMegabyte;
    std::vector<int64_t> values;
    bool any = false;
    const auto containers = static_cast<int64_t>(std::max<size_t>(pod.images.size(), 1));
    for (const auto* node : nodes) {
        int64_t sum = 0;
        for (const auto& image : pod.images)
            if (auto it = node->images.find(image); it != node->images.end()) sum += it->second;
        sum = std::clamp(sum, kLeast, kMost * containers);
        values.push_back(kScoreMax * (sum - kLeast) / (kMost * containers - kLeast));
        any = any || values.back();
    }
    return any ? values : std::vector<int64_t>{};
}

}  // namespace skiff::scheduler
