// Which images to remove when the disk fills up: unused ones, the longest unused first. Pure but for what it remembers; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/images/image_store.h"
#include "base/clock.h"

namespace skiff::agent::eviction {

class ImageGc {
public:
    // The kubelet's defaults: begin above 85 %, go on to 80 %, leave alone what came less than two minutes ago.
    static constexpr int kHighPercent = 85, kLowPercent = 80;
    static constexpr Duration kAgeMin = std::chrono::minutes(2);

    // Notes which images there are and which are used now. used: ids.
    void observe(const std::vector<images::Image>& all, const std::set<std::string>& used, Duration now);
    // Bytes to free; 0 below the high mark.
    static int64_t bytes_to_free(int64_t capacity_bytes, int64_t available_bytes);

    struct Choice {
        std::vector<std::string> ids;
        int64_t bytes = 0;                       // that they take
    };
    // Of the images last observed, until they add up to bytes. age_min 0: whatever is unused.
    Choice choose(int64_t bytes, Duration age_min, Duration now) const;

private:
    struct Known {
        Duration first_seen{0}, last_used{0};
        int64_t size_bytes = 0;
        bool used = false, pinned = false;
    };
    std::map<std::string, Known> known_;
};

}  // namespace skiff::agent::eviction
