#include "agent/eviction/signals.h"

namespace skiff::agent::eviction {

namespace {

// Memory and inodes as Kubernetes has them by default ("Node-pressure Eviction"). Its 10 and 15 % of disk are too much for the small disks of
// edge machines: 5 %, as k3s has it. pid.available has no default there; a node without pids is lost, though.
constexpr int64_t kMemoryBytes = 100 << 20, kNodeFsPercent = 5, kImageFsPercent = 5, kInodesPercent = 5, kPids = 100;

struct Reading {
    Signal signal;
    int64_t threshold, available;
};

std::vector<Reading> readings(const node::Pressure& p) {
    std::vector<Reading> list;
    if (p.memory_available_bytes > 0) list.push_back({Signal::MemoryAvailable, kMemoryBytes, p.memory_available_bytes});
    if (p.disk_bytes > 0) list.push_back({Signal::NodeFsAvailable, p.disk_bytes / 100 * kNodeFsPercent, p.disk_available_bytes});
    if (p.inodes > 0) list.push_back({Signal::NodeFsInodesFree, p.inodes / 100 * kInodesPercent, p.inodes_free});
    if (p.disk_bytes > 0) list.push_back({Signal::ImageFsAvailable, p.disk_bytes / 100 * kImageFsPercent, p.disk_available_bytes});
    if (p.pids_free > 0) list.push_back({Signal::PidAvailable, kPids, p.pids_free});
    return list;
}

}  // namespace

const char* resource_of(Signal signal) {
    switch (signal) {
        case Signal::MemoryAvailable: return "memory";
        case Signal::NodeFsAvailable:
        case Signal::ImageFsAvailable: return "ephemeral-storage";
        case Signal::NodeFsInodesFree: return "inodes";
        case Signal::PidAvailable: return "pids";
    }
    return "";
}

std::vector<Shortage> shortages(const node::Pressure& pressure) {
    std::vector<Shortage> list;
    for (const auto& reading : readings(pressure))
        if (reading.available < reading.threshold) list.push_back({reading.signal, reading.threshold, reading.available});
    return list;
}

bool near_threshold(const node::Pressure& pressure) { return pressure.memory_available_bytes > 0 && pressure.memory_available_bytes < 2 * kMemoryBytes; }

Conditions ConditionMemory::update(const std::vector<Shortage>& now_short, Duration now) {
    for (const auto& shortage : now_short) last_met_[shortage.signal] = now;
    Conditions conditions;
    for (const auto& [signal, at] : last_met_) {
        if (now - at >= kTransition) continue;
        if (signal == Signal::MemoryAvailable) conditions.memory = true;
        else if (signal == Signal::PidAvailable) conditions.pid = true;
        else conditions.disk = true;
    }
    return conditions;
}

}  // namespace skiff::agent::eviction
