// WritePace: lets a key write its counts only so often while hundreds of pods change, so that a big set costs few writes a pod. Any thread.
#pragma once

#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/text_map.h"

namespace skiff::controllers {

class WritePace {
public:
    // The next write of a key waits this long after its last one.
    static constexpr Duration kGap = std::chrono::milliseconds(250);
    // The longest: what nobody waits for, such as the number of pods that are still ending.
    static constexpr Duration kIdleGap = std::chrono::seconds(1);
    // Sets and Services with fewer members are told of every change at once.
    static constexpr size_t kManyMembers = 20;

    // How long the key has to wait still; zero: it may write.
    Duration wait(const std::string& key, Duration now, Duration gap = kGap) const;
    // The key writes now.
    void wrote(const std::string& key, Duration now);

private:
    mutable std::mutex mutex_;
    TextMap<Duration> written_;      // only keys whose gap may last still
};

}  // namespace skiff::controllers
