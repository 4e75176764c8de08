#include "base/clock.h"

#include <time.h>

namespace skiff {

namespace {

class SystemClock : public Clock {
public:
    WallTime now() const override { return std::chrono::system_clock::now(); }

    Duration elapsed() const override {
        timespec t{};
        clock_gettime(CLOCK_BOOTTIME, &t);
        return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
    }

    void wait_until(std::condition_variable& cv, std::unique_lock<std::mutex>& lock, Duration deadline) override {
        auto left = deadline - elapsed();
        if (left <= Duration::zero()) return;
        // A suspended machine wakes late by at most this bound; then the caller looks at elapsed() again.
        cv.wait_for(lock, std::min<Duration>(left, std::chrono::hours(1)));
    }
};

}  // namespace

Clock& Clock::system() {
    static SystemClock clock;
    return clock;
}

WallTime FakeClock::now() const {
    std::lock_guard lock(mutex_);
    return now_;
}

Duration FakeClock::elapsed() const {
    std::lock_guard lock(mutex_);
    return elapsed_;
}

void FakeClock::wait_until(std::condition_variable& cv, std::unique_lock<std::mutex>& lock, Duration deadline) {
    Waiter self{&cv, nullptr};
    {
        std::lock_guard guard(mutex_);
        if (elapsed_ >= deadline) return;
        self.next = waiters_;
        waiters_ = &self;
    }
    // The short bound covers an advance() between registration and the wait.
    cv.wait_for(lock, std::chrono::milliseconds(5));
    std::lock_guard guard(mutex_);
    for (Waiter** at = &waiters_; *at; at = &(*at)->next) {
        if (*at == &self) {
            *at = self.next;
            break;
        }
    }
}

void FakeClock::advance(Duration by) {
    std::lock_guard lock(mutex_);
    now_ += by;
    elapsed_ += by;
    for (Waiter* w = waiters_; w; w = w->next) w->cv->notify_all();
}

}  // namespace skiff
