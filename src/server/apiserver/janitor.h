// Janitor: deletes Event objects an hour after they last changed, as kube-apiserver's TTL does. One timer; the work runs on the pool.
#pragma once

#include <map>
#include <string>

#include "server/apiserver/core.h"

namespace skiff::apiserver {

class Janitor {
public:
    static constexpr Duration kEventLife = std::chrono::hours(1);
    static constexpr Duration kInterval = std::chrono::minutes(5);

    explicit Janitor(Core& core);
    ~Janitor();
    // Deletes what has expired; returns how many. For tests and the timer.
    size_t sweep();

private:
    void arm();
    Core& core_;
    net::IoThreads::Timer timer_;
};

}  // namespace skiff::apiserver
