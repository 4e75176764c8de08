// Backoff: the doubling delay before a failing thing is tried again: 10 s ... 300 s, forgotten after 600 s without failure (the kubelet's
// container and image back-off). Times are Clock::elapsed(). A value; one owner.
#pragma once

#include <string>

#include "base/clock.h"

namespace skiff::agent::pods {

class Backoff {
public:
    static constexpr Duration kInitial = std::chrono::seconds(10);
    static constexpr Duration kMax = std::chrono::seconds(300);

    // How long to wait, from now, before the thing that failed at failed_at may be tried again; 0: now.
    Duration remaining(Duration failed_at, Duration now) const;
    // A new try begins for what failed at failed_at: the delay starts or doubles.
    void next(Duration failed_at, Duration now);
    Duration delay() const { return delay_; }
    void reset() { delay_ = Duration{0}; }

private:
    bool expired(Duration at) const { return delay_ == Duration{0} || at - updated_ > 2 * kMax; }
    Duration delay_{0}, updated_{0};
};

// 10s, 1m20s, 5m0s: a Go duration of whole seconds, as messages show it.
std::string go_duration(Duration duration);

}  // namespace skiff::agent::pods
