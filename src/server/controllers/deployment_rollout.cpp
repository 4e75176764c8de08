#include "server/controllers/deployment_rollout.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace skiff::controllers {

namespace {

int64_t sum(const std::vector<SetSize>& sets, int64_t SetSize::*member) {
    int64_t total = 0;
    for (const auto& set : sets) total += set.*member;
    return total;
}

// A set that was just made smaller still tells of the pods that it is about to remove.
int64_t staying(const SetSize& set) { return std::min(set.available, set.replicas); }

bool older(const SetSize& a, const SetSize& b) { return a.created != b.created ? a.created < b.created : a.name < b.name; }

// How much of a change of the whole falls to one set, by its share of the size that it had before.
int64_t proportion(const RolloutSpec& spec, const SetSize& set, int64_t to_add, int64_t added) {
    if (set.replicas == 0 || to_add == 0 || to_add == added) return 0;
    int64_t share;
    if (spec.replicas == 0) {
        share = -set.replicas;
    } else {
        if (set.max_before <= 0) return 0;
        double size = static_cast<double>(set.replicas) * static_cast<double>(spec.replicas + spec.max_surge) / static_cast<double>(set.max_before);
        share = static_cast<int64_t>(std::llround(size)) - set.replicas;
    }
    int64_t allowed = to_add - added;
    return to_add > 0 ? std::min(share, allowed) : std::max(share, allowed);
}

std::vector<Resize> share_out(const RolloutSpec& spec, std::vector<SetSize> active) {
    int64_t to_add = spec.surge_limit() - sum(active, &SetSize::replicas);
    // Growing prefers the newest of equally big sets, shrinking the oldest.
    std::sort(active.begin(), active.end(), [&](const SetSize& a, const SetSize& b) {
        if (a.replicas != b.replicas) return a.replicas > b.replicas;
        return to_add > 0 ? older(b, a) : older(a, b);
    });
    std::vector<Resize> sizes;
    int64_t added = 0;
    for (const auto& set : active) {
        int64_t part = to_add != 0 ? proportion(spec, set, to_add, added) : 0;
        added += part;
        sizes.push_back({set.name, set.replicas + part});
    }
    if (!sizes.empty() && to_add != 0) sizes[0].replicas = std::max<int64_t>(0, sizes[0].replicas + to_add - added);
    return sizes;
}

}  // namespace

int64_t resolve_share(const json::Value& value, int64_t total, bool round_up, int64_t fallback) {
    if (value.is_number()) return value.as_int();
    const auto& text = value.as_string();
    if (text.empty()) return fallback;
    if (text.back() != '%') return parse_int(text).value_or(fallback);
    int64_t percent = parse_int(text.substr(0, text.size() - 1)).value_or(0);
    return round_up ? (total * percent + 99) / 100 : total * percent / 100;
}

RolloutSpec read_rollout_spec(const json::Value& spec) {
    RolloutSpec made;
    made.replicas = spec["replicas"].as_int(1);
    made.recreate = spec["strategy"]["type"].as_string() == "Recreate";
    if (made.recreate) return made;
    const auto& rolling = spec["strategy"]["rollingUpdate"];
    static const json::Value kQuarter("25%");
    made.max_surge = resolve_share(rolling.has("maxSurge") ? rolling["maxSurge"] : kQuarter, made.replicas, true);
    made.max_unavailable = resolve_share(rolling.has("maxUnavailable") ? rolling["maxUnavailable"] : kQuarter, made.replicas, false);
    // Both zero (by rounding) would stand still for ever.
    if (made.max_surge == 0 && made.max_unavailable == 0) made.max_unavailable = 1;
    made.max_unavailable = std::min(made.max_unavailable, made.replicas);
    return made;
}

int64_t new_set_size(const RolloutSpec& spec, int64_t all_replicas, int64_t current) {
    if (spec.recreate) return spec.replicas;
    int64_t room = spec.replicas + spec.max_surge - all_replicas;
    if (room <= 0) return current;
    return current + std::min(room, spec.replicas - current);
}

std::vector<Resize> step_new_set(const RolloutSpec& spec, const SetSize& newest, const std::vector<SetSize>& old) {
    if (newest.replicas == spec.replicas) return {};
    if (newest.replicas > spec.replicas) return {{newest.name, spec.replicas}};
    int64_t size = new_set_size(spec, newest.replicas + sum(old, &SetSize::replicas), newest.replicas);
    if (size == newest.replicas) return {};
    return {{newest.name, size}};
}

std::vector<Resize> step_old_sets(const RolloutSpec& spec, const SetSize& newest, const std::vector<SetSize>& old_sets) {
    int64_t old_total = sum(old_sets, &SetSize::replicas);
    if (old_total == 0) return {};
    // A set that was just resized tells of pods as they were before; its next status wakes us.
    if (!newest.current || std::any_of(old_sets.begin(), old_sets.end(), [](const SetSize& set) { return !set.current; })) return {};
    int64_t available_min = spec.replicas - spec.max_unavailable;
    int64_t new_unavailable = newest.replicas - staying(newest);
    int64_t removable = old_total + newest.replicas - available_min - new_unavailable;
    if (removable <= 0) return {};

    auto sorted = old_sets;
    std::sort(sorted.begin(), sorted.end(), older);
    std::vector<int64_t> sizes;
    for (const auto& set : sorted) sizes.push_back(set.replicas);
    // Unhealthy pods go first: they keep nobody waiting.
    int64_t removed = 0;
    for (size_t i = 0; i < sorted.size() && removed < removable; ++i) {
        int64_t unhealthy = sorted[i].replicas - sorted[i].available;
        if (sorted[i].replicas == 0 || unhealthy <= 0) continue;
        int64_t part = std::min(removable - removed, unhealthy);
        sizes[i] -= part;
        removed += part;
    }
    // Then healthy ones, as far as enough stay available.
    int64_t spare = staying(newest) - available_min;
    for (const auto& set : sorted) spare += staying(set);
    for (size_t i = 0; i < sorted.size() && spare > 0; ++i) {
        int64_t part = std::min(sizes[i], spare);
        sizes[i] -= part;
        spare -= part;
    }
    std::vector<Resize> steps;
    for (size_t i = 0; i < sorted.size(); ++i)
        if (sizes[i] != sorted[i].replicas) steps.push_back({sorted[i].name, sizes[i]});
    return steps;
}

std::vector<Resize> scale_sets(const RolloutSpec& spec, const SetSize* newest, const std::vector<SetSize>& old) {
    std::vector<SetSize> active;
    if (newest && newest->replicas > 0) active.push_back(*newest);
    for (const auto& set : old)
        if (set.replicas > 0) active.push_back(set);

    if (active.size() <= 1) {
        const SetSize* one = !active.empty() ? &active[0] : newest;
        if (!one && !old.empty()) one = &*std::max_element(old.begin(), old.end(), older);
        if (!one) return {};
        return {{one->name, spec.replicas}};
    }
    bool saturated = newest && newest->replicas == spec.replicas && newest->desired_before == spec.replicas && newest->available == spec.replicas;
    if (saturated) {
        std::vector<Resize> sizes;
        for (const auto& set : old)
            if (set.replicas > 0) sizes.push_back({set.name, 0});
        return sizes;
    }
    if (spec.recreate) return {};
    return share_out(spec, std::move(active));
}

bool scaling_needed(const RolloutSpec& spec, const std::vector<SetSize>& all) {
    return std::any_of(all.begin(), all.end(), [&](const SetSize& set) {
        return set.replicas > 0 && set.desired_before >= 0 && set.desired_before != spec.replicas;
    });
}

std::vector<std::string> history_to_remove(std::vector<HistoryEntry> old, int64_t limit) {
    std::erase_if(old, [](const HistoryEntry& entry) { return entry.deleting; });
    std::sort(old.begin(), old.end(), [](const HistoryEntry& a, const HistoryEntry& b) {
        return a.revision != b.revision ? a.revision < b.revision : a.name < b.name;
    });
    std::vector<std::string> names;
    auto surplus = static_cast<int64_t>(old.size()) - limit;
    for (int64_t i = 0; i < surplus; ++i)
        if (old[static_cast<size_t>(i)].removable) names.push_back(old[static_cast<size_t>(i)].name);
    return names;
}

}  // namespace skiff::controllers
