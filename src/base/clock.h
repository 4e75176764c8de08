// Clock: where time comes from. Everything that waits or stamps takes a Clock&, so that a whole cluster runs on a fake one.
//
// now() is wall time (CLOCK_REALTIME) for display, certificates and object timestamps. elapsed() is CLOCK_BOOTTIME for
// every duration and deadline, so a jump of the wall clock changes no timeout. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace skiff {

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;
using Duration = std::chrono::nanoseconds;

class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime now() const = 0;
    // Since an arbitrary start; never goes back.
    virtual Duration elapsed() const = 0;
    // Waits on cv (whose mutex lock holds) until notified or until elapsed() reaches deadline. May wake early.
    virtual void wait_until(std::condition_variable& cv, std::unique_lock<std::mutex>& lock, Duration deadline) = 0;

    static Clock& system();
};

// Advances only by hand. Waiters are woken by advance().
class FakeClock : public Clock {
public:
    explicit FakeClock(WallTime start = WallTime(std::chrono::seconds(1'700'000'000))) : now_(start) {}
    WallTime now() const override;
    Duration elapsed() const override;
    void wait_until(std::condition_variable& cv, std::unique_lock<std::mutex>& lock, Duration deadline) override;
    void advance(Duration by);

private:
    mutable std::mutex mutex_;
    WallTime now_;
    Duration elapsed_{0};
    struct Waiter {
        std::condition_variable* cv;
        Waiter* next;
    };
    Waiter* waiters_ = nullptr;
};

}  // namespace skiff
