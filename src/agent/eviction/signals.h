// Eviction signals and their hard thresholds. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/node/machine.h"
#include "base/clock.h"

namespace skiff::agent::eviction {

enum class Signal { MemoryAvailable, NodeFsAvailable, NodeFsInodesFree, ImageFsAvailable, PidAvailable };
// What a signal starves: memory, ephemeral-storage, inodes, pids; as messages name it.
const char* resource_of(Signal signal);

struct Shortage {
    Signal signal;
    int64_t threshold = 0, available = 0;
};
// Images, containers and volumes stand on one file system.
std::vector<Shortage> shortages(const node::Pressure& pressure);
// Memory is within twice its threshold and may be gone in seconds: worth a closer look.
bool near_threshold(const node::Pressure& pressure);

struct Conditions {
    bool memory = false, disk = false, pid = false;
    bool any() const { return memory || disk || pid; }
    friend bool operator==(const Conditions&, const Conditions&) = default;
};

// Conditions stay for five minutes after their cause has passed, so that they do not flap.
class ConditionMemory {
public:
    static constexpr Duration kTransition = std::chrono::minutes(5);
    Conditions update(const std::vector<Shortage>& now_short, Duration now);

private:
    std::map<Signal, Duration> last_met_;
};

}  // namespace skiff::agent::eviction
