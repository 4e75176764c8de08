// What a cluster has come to, in lines that do not depend on made-up names or on the way there; and what may be in no end state.
#pragma once

#include <string>
#include <vector>

#include "simulation/sim_api.h"

namespace skiff::simulation {

// Sorted lines. Two runs of one plan that end alike have equal ones.
std::vector<std::string> describe(SimApi& api);

// Orphans, duplicates, deletions that do not end, overfull nodes, endpoints that are not the ready pods. Empty when all is well.
std::vector<std::string> violations(SimApi& api);

}  // namespace skiff::simulation
