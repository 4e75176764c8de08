// How full a node would be (least or most allocated, or any function of it), and balance between resources (noderesources/*.go tell the rules).
#include <algorithm>
#include <cmath>
#include <optional>

#include "server/scheduler/score.h"

namespace skiff::scheduler {

namespace {

constexpr int64_t kShapeScale = kScoreMax / 10;       // scores of a shape are 0-10

int64_t amount_of(const Amounts& amounts, const std::string& name) {
    if (name == "cpu") return amounts.milli_cpu;
    if (name == "memory") return amounts.memory;
    if (name == "ephemeral-storage") return amounts.ephemeral;
    auto it = amounts.extended.find(name);
    return it == amounts.extended.end() ? 0 : it->second;
}

struct Use {
    int64_t used, capacity;
};

// Nothing for a resource that this node lacks, or that is extended and not asked for.
std::optional<Use> use_of(const PodInfo& pod, const NodeInfo& node, const std::string& name, bool with_defaults) {
    const int64_t capacity = amount_of(node.allocatable, name);
    const bool native = name == "cpu" || name == "memory" || name == "ephemeral-storage";
    const int64_t wanted = amount_of(with_defaults ? pod.nonzero_request : pod.request, name);
    if (capacity <= 0 || (!native && wanted == 0)) return std::nullopt;
    return Use{amount_of(with_defaults ? node.nonzero_requested : node.requested, name) + wanted, capacity};
}

int64_t on_shape(const std::vector<ShapePoint>& shape, int64_t utilization) {
    for (size_t i = 0; i < shape.size(); ++i) {
        if (utilization > shape[i].utilization) continue;
        if (i == 0) return shape[0].score * kShapeScale;
        const auto &from = shape[i - 1], &to = shape[i];
        return kShapeScale * from.score + kShapeScale * (to.score - from.score) * (utilization - from.utilization) / (to.utilization - from.utilization);
    }
    return shape.empty() ? 0 : shape.back().score * kShapeScale;
}

int64_t rate(const Profile& profile, const Use& use) {
    switch (profile.fit) {
        case FitStrategy::LeastAllocated: return use.used > use.capacity ? 0 : (use.capacity - use.used) * kScoreMax / use.capacity;
        case FitStrategy::MostAllocated: return std::min(use.used, use.capacity) * kScoreMax / use.capacity;
        case FitStrategy::RequestedToCapacityRatio: return on_shape(profile.shape, use.used > use.capacity ? 100 : use.used * 100 / use.capacity);
    }
    return 0;
}

}  // namespace

std::vector<int64_t> score_resources(const PodInfo& pod, const Snapshot&, const NodeList& nodes, const Profile& profile) {
    const bool ratio = profile.fit == FitStrategy::RequestedToCapacityRatio;
    std::vector<int64_t> values;
    values.reserve(nodes.size());
    for (const auto* node : nodes) {
        int64_t sum = 0, weights = 0;
        for (const auto& resource : profile.fit_resources) {
            const auto use = use_of(pod, *node, resource.name, true);
            if (!use) continue;
            const int64_t score = rate(profile, *use);
            if (ratio && score <= 0) continue;
            sum += score * resource.weight;
            weights += resource.weight;
        }
        values.push_back(weights == 0 ? 0 : ratio ? std::lround(static_cast<double>(sum) / static_cast<double>(weights)) : sum / weights);
    }
    return values;
}

std::vector<int64_t> score_balance(const PodInfo& pod, const Snapshot&, const NodeList& nodes, const Profile& profile) {
    if (std::none_of(profile.balance_resources.begin(), profile.balance_resources.end(),
                     [&](const ResourceWeight& r) { return amount_of(pod.request, r.name) > 0; }))
        return {};
    std::vector<int64_t> values;
    values.reserve(nodes.size());
    std::vector<double> shares;
    for (const auto* node : nodes) {
        shares.clear();
        double sum = 0, deviation = 0;
        for (const auto& resource : profile.balance_resources) {
            const auto use = use_of(pod, *node, resource.name, false);
            if (!use) continue;
            shares.push_back(std::min(1.0, static_cast<double>(use->used) / static_cast<double>(use->capacity)));
            sum += shares.back();
        }
        if (shares.size() == 2) {
            deviation = std::abs(shares[0] - shares[1]) / 2;
        } else if (shares.size() > 2) {
            const double mean = sum / static_cast<double>(shares.size());
            for (double share : shares) deviation += (share - mean) * (share - mean);
            deviation = std::sqrt(deviation / static_cast<double>(shares.size()));
        }
        values.push_back(static_cast<int64_t>((1 - deviation) * kScoreMax));
    }
    return values;
}

}  // namespace skiff::scheduler
