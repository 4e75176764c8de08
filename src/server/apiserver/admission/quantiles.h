// Quantiles of durations over the last hours, as a Prometheus summary tells them: counts in steps of 8 %, so that a quantile is off by 4 % at
// most. Two halves of the window take turns. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "base/clock.h"

namespace skiff::apiserver {

class Quantiles {
public:
    static constexpr Duration kHalf = std::chrono::minutes(150);   // kube-apiserver's summaries go back five hours

    // now: Clock::elapsed().
    void observe(Duration took, Duration now);
    // In seconds; NaN when nothing was seen.
    double at(double quantile, Duration now) const;

private:
    static constexpr size_t kSteps = 240;                          // a microsecond to a hundred seconds
    struct Half {
        std::atomic<int64_t> turn{-1};
        std::array<std::atomic<uint32_t>, kSteps> counts{};
    };
    Half halves_[2];
    std::mutex mutex_;                                             // of the change from one half to the other
};

}  // namespace skiff::apiserver
