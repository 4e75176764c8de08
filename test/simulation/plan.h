// Plan: which parts a cluster has, what users do when, and which faults the process meets. Made from a seed; several seeds share the same
// deeds with other faults, so the undisturbed run is made once for them.
#pragma once

#include <string>
#include <vector>

#include "simulation/faulty_client.h"

namespace skiff::simulation {

struct Deed {
    Duration at{0};
    size_t part = 0, action = 0;
    unsigned argument = 0;
};

struct Plan {
    std::vector<std::pair<size_t, unsigned>> parts;      // part, variant
    std::vector<Deed> deeds;
    std::vector<Fault> faults;
    unsigned latency_ms = 0;                              // of events, besides the faults

    static constexpr unsigned kFaultsPerStory = 10;       // seeds with the same deeds
    static Plan of(unsigned seed);
    Plan undisturbed() const { return {parts, deeds, {}, 0}; }
};

struct Outcome {
    std::vector<std::string> lines, wrong, story;
    uint64_t writes = 0;
    int lives = 0;
};
Outcome run(const Plan& plan);

// What is wrong with the outcome, compared with the undisturbed one; "" when they agree.
std::string difference(const Outcome& outcome, const Outcome& undisturbed);

// Leaves out faults and deeds as long as the plan still fails.
Plan shortest_failing(Plan plan);

}  // namespace skiff::simulation
