// Parts: what a simulated cluster can have, each with what its users do to it. To add one: a row in parts.cpp. An action must lead to the
// same end whatever the controllers have done so far; `argument` is the plan's random number for it.
#pragma once

#include <span>
#include <vector>

#include "simulation/cluster.h"

namespace skiff::simulation {

struct Action {
    const char* name;
    void (*run)(Cluster& cluster, unsigned argument);
};

struct Part {
    const char* name;
    void (*make)(Cluster& cluster, unsigned variant);
    std::vector<Action> actions;
    void (*end)(Cluster& cluster) = nullptr;        // after the last action: what lets the cluster come to rest
    enum class Room { Some, All } room = Room::Some;   // All: its pods fill the nodes, so no others may be there
};

const std::vector<Part>& parts();

}  // namespace skiff::simulation
