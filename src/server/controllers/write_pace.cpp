#include "server/controllers/write_pace.h"

#include <algorithm>

namespace skiff::controllers {

Duration WritePace::wait(const std::string& key, Duration now, Duration gap) const {
    std::lock_guard lock(mutex_);
    auto found = written_.find(key);
    return found == written_.end() ? Duration::zero() : std::max(found->second + gap - now, Duration::zero());
}

void WritePace::wrote(const std::string& key, Duration now) {
    std::lock_guard lock(mutex_);
    written_[key] = now;
    if (written_.size() > 64) std::erase_if(written_, [&](const auto& other) { return other.second + kIdleGap < now; });
}

}  // namespace skiff::controllers
