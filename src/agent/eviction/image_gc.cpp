#include "agent/eviction/image_gc.h"

#include <algorithm>
#include <tuple>

namespace skiff::agent::eviction {

void ImageGc::observe(const std::vector<images::Image>& all, const std::set<std::string>& used, Duration now) {
    std::map<std::string, Known> present;
    for (const auto& image : all) {
        auto before = known_.find(image.id);
        Known known = before == known_.end() ? Known{.first_seen = now} : before->second;
        known.size_bytes = image.size_bytes;
        known.pinned = image.pinned;
        known.used = used.count(image.id) > 0;
        if (known.used) known.last_used = now;
        present[image.id] = known;
    }
    known_ = std::move(present);
}

int64_t ImageGc::bytes_to_free(int64_t capacity_bytes, int64_t available_bytes) {
    if (capacity_bytes <= 0) return 0;
    const int64_t used_percent = 100 - available_bytes * 100 / capacity_bytes;
    if (used_percent < kHighPercent) return 0;
    return std::max<int64_t>(0, capacity_bytes / 100 * (100 - kLowPercent) - available_bytes);
}

ImageGc::Choice ImageGc::choose(int64_t bytes, Duration age_min, Duration now) const {
    std::vector<std::pair<std::string, const Known*>> unused;
    for (const auto& [id, known] : known_)
        if (!known.used && !known.pinned && now - known.first_seen >= age_min) unused.emplace_back(id, &known);
    std::sort(unused.begin(), unused.end(), [](const auto& a, const auto& b) {
        return std::tie(a.second->last_used, a.second->first_seen, a.first) < std::tie(b.second->last_used, b.second->first_seen, b.first);
    });
    Choice choice;
    for (const auto& [id, known] : unused) {
        if (choice.bytes >= bytes) break;
        choice.ids.push_back(id);
        choice.bytes += known->size_bytes;
    }
    return choice;
}

}  // namespace skiff::agent::eviction
