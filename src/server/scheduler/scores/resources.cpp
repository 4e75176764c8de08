// Least allocated, and balance between processor and memory (noderesources/least_allocated.go and balanced_allocation.go tell the rule).
#include <algorithm>
#include <cmath>

#include "server/scheduler/score.h"

namespace skiff::scheduler {

namespace {

int64_t free_share(int64_t used, int64_t capacity) { return capacity <= 0 || used > capacity ? 0 : (capacity - used) * kScoreMax / capacity; }

double used_share(int64_t used, int64_t capacity) { return capacity <= 0 ? 1 : std::min(1.0, static_cast<double>(used) / static_cast<double>(capacity)); }

}  // namespace

std::vector<int64_t> score_resources(const PodInfo& pod, const Snapshot&, const NodeList& nodes) {
    std::vector<int64_t> values;
    for (const auto* node : nodes)
        values.push_back((free_share(node->nonzero_requested.milli_cpu + pod.nonzero_request.milli_cpu, node->allocatable.milli_cpu) +
                          free_share(node->nonzero_requested.memory + pod.nonzero_request.memory, node->allocatable.memory)) / 2);
    return values;
}

std::vector<int64_t> score_balance(const PodInfo& pod, const Snapshot&, const NodeList& nodes) {
    if (!pod.request.milli_cpu && !pod.request.memory) return {};
    std::vector<int64_t> values;
    for (const auto* node : nodes) {
        double cpu = used_share(node->requested.milli_cpu + pod.request.milli_cpu, node->allocatable.milli_cpu);
        double memory = used_share(node->requested.memory + pod.request.memory, node->allocatable.memory);
        values.push_back(static_cast<int64_t>((1 - std::abs(cpu - memory) / 2) * kScoreMax));
    }
    return values;
}

}  // namespace skiff::scheduler
