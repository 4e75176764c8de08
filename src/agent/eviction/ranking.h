// Which pod goes first when something is short, and what is said about it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/eviction/signals.h"
#include "json/value.h"

namespace skiff::agent::eviction {

// What is known of one pod that could be ended.
struct Candidate {
    struct Container {
        std::string name;
        int64_t memory_bytes = 0, disk_bytes = 0;
    };
    std::string uid;
    const json::Value* pod = nullptr;             // as the node runs it
    int64_t memory_bytes = 0, disk_bytes = 0, inodes = 0, pids = 0;
    std::vector<Container> containers;
};

// Static pods and those of system priority stay.
bool may_be_evicted(const json::Value& pod);
// First who uses more than it asked for, then the lower priority, then who uses most beyond its request.
void rank(std::vector<Candidate>& candidates, Signal signal);
// "The node was low on resource: memory. Threshold quantity: 100Mi, available: 96Ki. Container app was using ..."
std::string message(const Shortage& shortage, const Candidate& victim);
// 100Mi, 1500Ki, 17: an amount of bytes as a binary quantity.
std::string binary_quantity(int64_t bytes);

}  // namespace skiff::agent::eviction
