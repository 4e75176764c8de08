// Timers: one thread that calls functions when they are due, for everything in the agent that waits for a moment (probes, back-off,
// leases, token renewal). Sleeps until the next deadline: no ticks. Functions run on that thread and must be short; what blocks goes to
// a pool. Any thread may call the methods. The destructor (or stop()) joins; functions that wait are dropped.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/clock.h"

namespace skiff::agent::sys {

class Timers {
public:
    using Id = uint64_t;   // 0: none
    explicit Timers(Clock& clock);
    ~Timers();
    Id after(Duration delay, std::function<void()> due);
    // True when it had not run. Waits for the function when it runs right now on the timer thread, so its captures may go afterwards.
    bool cancel(Id id);
    void stop();

private:
    void work();
    struct Entry {
        Id id;
        std::function<void()> due;
    };
    Clock& clock_;
    std::mutex mutex_;
    std::condition_variable changed_, ran_;
    std::multimap<Duration, Entry> entries_;
    std::map<Id, std::multimap<Duration, Entry>::iterator> by_id_;
    Id next_id_ = 1, running_ = 0;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace skiff::agent::sys
