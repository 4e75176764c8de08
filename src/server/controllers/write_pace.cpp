#include "server/controllers/write_pace.h"

namespace skiff::controllers {

Duration WritePace::turn(const std::string& key, Duration now) {
    std::lock_guard lock(mutex_);
    auto [entry, first] = written_.try_emplace(key, now);
    if (!first) {
        if (const Duration left = entry->second + kGap - now; left > Duration::zero()) return left;
        entry->second = now;
    }
    if (written_.size() > 64) std::erase_if(written_, [&](const auto& other) { return other.second + kGap < now; });
    return Duration::zero();
}

}  // namespace skiff::controllers
