#include "server/apiserver/admission/quantiles.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace skiff::apiserver {

namespace {

constexpr double kFirst = 1e-6, kGrowth = 1.08;

}  // namespace

void Quantiles::observe(Duration took, Duration now) {
    const int64_t turn = now / kHalf;
    Half& half = halves_[turn & 1];
    if (half.turn.load(std::memory_order_acquire) != turn) {
        std::lock_guard lock(mutex_);
        if (half.turn.load(std::memory_order_relaxed) != turn) {
            for (auto& count : half.counts) count.store(0, std::memory_order_relaxed);
            half.turn.store(turn, std::memory_order_release);
        }
    }
    const double steps = std::log(std::max(std::chrono::duration<double>(took).count(), kFirst) / kFirst) / std::log(kGrowth);
    half.counts[std::min(static_cast<size_t>(steps), kSteps - 1)].fetch_add(1, std::memory_order_relaxed);
}

double Quantiles::at(double quantile, Duration now) const {
    const int64_t turn = now / kHalf;
    std::array<uint64_t, kSteps> counts{};
    uint64_t total = 0;
    for (const Half& half : halves_) {
        if (turn - half.turn.load(std::memory_order_acquire) > 1) continue;
        for (size_t i = 0; i < kSteps; ++i) {
            const uint32_t count = half.counts[i].load(std::memory_order_relaxed);
            counts[i] += count;
            total += count;
        }
    }
    if (total == 0) return std::numeric_limits<double>::quiet_NaN();
    const auto rank = static_cast<uint64_t>(std::ceil(quantile * static_cast<double>(total)));
    size_t step = 0;
    for (uint64_t seen = counts[0]; seen < rank && step + 1 < kSteps; seen += counts[step]) ++step;
    return kFirst * std::pow(kGrowth, static_cast<double>(step) + 0.5);
}

}  // namespace skiff::apiserver
