#include "agent/pods/backoff.h"

#include <fmt/core.h>

#include <algorithm>

namespace skiff::agent::pods {

Duration Backoff::remaining(Duration failed_at, Duration now) const {
    if (expired(failed_at)) return Duration{0};
    return std::max(Duration{0}, failed_at + delay_ - now);
}

void Backoff::next(Duration failed_at, Duration now) {
    delay_ = expired(failed_at) ? kInitial : std::min(delay_ * 2, kMax);
    updated_ = now;
}

std::string go_duration(Duration duration) {
    const int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    if (seconds >= 3600) return fmt::format("{}h{}m{}s", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (seconds >= 60) return fmt::format("{}m{}s", seconds / 60, seconds % 60);
    return fmt::format("{}s", seconds);
}

}  // namespace skiff::agent::pods
