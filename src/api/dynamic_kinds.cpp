#include "api/dynamic_kinds.h"

#include <algorithm>

#include "base/strings.h"

namespace skiff::api {
namespace {

// v2beta3: stage beta, major 2, minor 3.
struct Version {
    int stage = 0;           // 3 stable, 2 beta, 1 alpha, 0 not of this form
    int64_t major = 0, minor = 0;
};

Version parse_version(std::string_view text) {
    if (text.size() < 2 || text[0] != 'v') return {};
    size_t at = 1;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    auto major = parse_int(text.substr(1, at - 1));
    if (at == 1 || !major) return {};
    std::string_view rest = text.substr(at);
    if (rest.empty()) return {3, *major, 0};
    for (auto [name, stage] : {std::pair<std::string_view, int>{"beta", 2}, {"alpha", 1}}) {
        if (!rest.starts_with(name)) continue;
        std::string_view number = rest.substr(name.size());
        if (number.empty()) return {};
        auto minor = parse_int(number);
        if (minor) return {stage, *major, *minor};
    }
    return {};
}

}  // namespace

bool version_before(std::string_view a, std::string_view b) {
    Version x = parse_version(a), y = parse_version(b);
    if (x.stage != y.stage) return x.stage > y.stage;
    if (x.stage == 0) return a < b;
    if (x.major != y.major) return x.major > y.major;
    return x.minor > y.minor;
}

const KindInfo* DynamicKinds::Snapshot::find(const Gvr& gvr) const {
    auto it = by_resource_.find(gvr);
    return it == by_resource_.end() ? nullptr : it->second;
}

const KindInfo* DynamicKinds::Snapshot::find(const Gvk& gvk) const {
    auto it = by_kind_.find(gvk);
    return it == by_kind_.end() ? nullptr : it->second;
}

DynamicKinds::DynamicKinds() : snapshot_(std::make_shared<const Snapshot>()) {}

void DynamicKinds::publish(std::vector<std::shared_ptr<const KindInfo>> kinds, Duration now) {
    std::sort(kinds.begin(), kinds.end(), [](const auto& a, const auto& b) {
        if (a->gvk.group != b->gvk.group) return a->gvk.group < b->gvk.group;
        if (a->gvk.version != b->gvk.version) return version_before(a->gvk.version, b->gvk.version);
        return a->plural < b->plural;
    });
    auto next = std::make_shared<Snapshot>();
    next->kinds = std::move(kinds);
    for (const auto& kind : next->kinds) {
        next->by_resource_.emplace(kind->gvr(), kind.get());
        next->by_kind_.emplace(kind->gvk, kind.get());
    }
    std::lock_guard lock(mutex_);
    auto old = snapshot_.load();
    next->generation = old->generation + 1;
    snapshot_.store(std::move(next), std::memory_order_release);
    std::erase_if(retired_, [now](const Retired& r) { return now - r.at > kGrace; });
    retired_.push_back({now, std::move(old)});
}

}  // namespace skiff::api
