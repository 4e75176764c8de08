// The simulation: see README.md. SKIFF_PLANS sets the number of plans, SKIFF_PLAN_FIRST the first, SKIFF_PLAN runs one and tells its story;
// SKIFF_STOP ends at the first failure, SKIFF_WRITES puts all writes into stories.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "base/log.h"
#include "simulation/plan.h"

using namespace skiff;
using namespace skiff::simulation;

namespace {

unsigned from_environment(const char* name, unsigned fallback) {
    const char* text = std::getenv(name);
    return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : fallback;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) text += "  " + line + "\n";
    return text;
}

constexpr int kStoriesMax = 5;        // the others are only named

}  // namespace

TEST_CASE("crashes, lost and late events, stale reads, conflicts and slow writes lead to the undisturbed end") {
    log::set_level(log::Level::Error);
    const unsigned one = from_environment("SKIFF_PLAN", 0), plans = from_environment("SKIFF_PLANS", 60), first = one ? one : from_environment("SKIFF_PLAN_FIRST", 1);
    const unsigned last = one ? one : first + plans - 1;
    unsigned story = 0, told = 0;
    Outcome undisturbed;
    uint64_t writes = 0;
    int lives = 0;
    for (unsigned seed = first; seed <= last; ++seed) {
        const Plan plan = Plan::of(seed);
        if (seed == first || story != seed / Plan::kFaultsPerStory) undisturbed = run(plan.undisturbed());
        story = seed / Plan::kFaultsPerStory;
        const auto outcome = run(plan);
        writes += outcome.writes;
        lives += outcome.lives - 1;
        const auto wrong = difference(outcome, undisturbed);
        if (one) WARN("plan " << seed << "\n" << joined(outcome.story));
        if (wrong.empty()) continue;
        if (std::getenv("SKIFF_STOP")) FAIL("plan " << seed << " (again: SKIFF_PLAN=" << seed << ")\n" << wrong);
        if (++told > kStoriesMax) {
            FAIL_CHECK("plan " << seed << " fails too: SKIFF_PLAN=" << seed << "\n" << wrong);
            continue;
        }
        const auto shortest = shortest_failing(plan);
        const auto ends = run(shortest);
        FAIL_CHECK("plan " << seed << " (again: SKIFF_PLAN=" << seed << ")\n" << wrong << "shortest story:\n" << joined(ends.story) << difference(ends, run(shortest.undisturbed())));
    }
    WARN(last - first + 1 << " plans, " << writes << " writes, " << lives << " crashes");
    CHECK(told == 0);
}
