// Janitor: deletes Event objects an hour after they last changed, as kube-apiserver's TTL does, and gives memory that bursts have left unused back
// to the system. Timers; the work runs on the pool.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "server/apiserver/core.h"

namespace skiff::apiserver {

class Janitor {
public:
    static constexpr Duration kEventLife = std::chrono::hours(1);
    static constexpr Duration kInterval = std::chrono::minutes(5);
    static constexpr Duration kTrimInterval = std::chrono::seconds(30);

    explicit Janitor(Core& core);
    ~Janitor();
    // Deletes what has expired; returns how many. For tests and the timer.
    size_t sweep();

private:
    void arm();
    void arm_trim();
    void trim();
    Core& core_;
    net::IoThreads::Timer timer_, trim_timer_;
    std::atomic<size_t> trimmed_to_{0};   // resident pages after the last time
};

}  // namespace skiff::apiserver
