#include "simulation/plan.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

#include "server/controllers/resources.h"
#include "simulation/cluster.h"
#include "simulation/end_state.h"
#include "simulation/parts.h"

namespace skiff::simulation {

using namespace std::chrono_literals;

namespace {

constexpr Duration kFirst = 12s, kLast = 140s;      // deeds happen between
constexpr Duration kQuiet = 200s, kLongest = 3600s;
constexpr int kParts = 3, kDeeds = 7, kFaults = 8;

// A plan's parts: some that do not disturb each other.
void choose_parts(std::mt19937& random, Plan& plan) {
    std::vector<std::string> kinds;
    const auto wanted = 1 + random() % kParts;
    const auto pods_of_web = [](size_t part) {
        const std::string name = parts()[part].name;
        return name == "deployment" || name == "service" || name == "disruption budget" || name == "autoscaler" || name == "quota";
    };
    bool web = false;
    while (plan.parts.size() < wanted) {
        const size_t part = random() % parts().size();
        const unsigned variant = static_cast<unsigned>(random());
        const bool twice = std::any_of(plan.parts.begin(), plan.parts.end(), [&](const auto& p) { return p.first == part; });
        const bool all = parts()[part].room == Part::Room::All;
        if (twice || (web && pods_of_web(part)) || (all && !plan.parts.empty())) continue;
        web = web || pods_of_web(part);
        plan.parts.emplace_back(part, variant);
        if (all) return;
    }
}

}  // namespace

Plan Plan::of(unsigned seed) {
    Plan plan;
    std::mt19937 random(seed / kFaultsPerStory * 2654435761u + 17);
    choose_parts(random, plan);
    const auto deeds = 2 + random() % kDeeds;
    for (unsigned i = 0; i < deeds; ++i) {
        Deed deed;
        deed.at = kFirst + std::chrono::milliseconds(random() % static_cast<unsigned>((kLast - kFirst) / 1ms));
        deed.part = random() % plan.parts.size();
        deed.action = random() % simulation::parts()[plan.parts[deed.part].first].actions.size();
        deed.argument = static_cast<unsigned>(random());
        plan.deeds.push_back(deed);
    }
    std::sort(plan.deeds.begin(), plan.deeds.end(), [](const Deed& a, const Deed& b) { return a.at < b.at; });
    std::mt19937 accident(seed * 40503u + 5);
    const auto faults = 1 + accident() % kFaults;
    const auto span = static_cast<unsigned>(40 * plan.parts.size() + 10 * plan.deeds.size());      // about as many writes as it takes
    for (unsigned i = 0; i < faults; ++i) plan.faults.push_back({1 + accident() % span, static_cast<Fault::Kind>(accident() % Fault::kKinds), static_cast<unsigned>(accident())});
    plan.latency_ms = std::array{0u, 0u, 20u, 1500u}[accident() % 4];
    std::sort(plan.faults.begin(), plan.faults.end(), [](const Fault& a, const Fault& b) { return a.at < b.at; });
    return plan;
}

// Only a rollout keeps its promises while it goes on.
static bool is_rollout(const Action& action) { return !strncmp(action.name, "new image", 9) || !strcmp(action.name, "wait"); }

Outcome run(const Plan& plan) {
    Cluster cluster(plan.faults, plan.latency_ms);
    for (const char* node : {"n1", "n2", "n3"}) cluster.kubelets.join(node);
    for (const auto& [part, variant] : plan.parts) {
        cluster.story.tell(fmt::format("there is: {} (variant {})", parts()[part].name, variant % 12));
        parts()[part].make(cluster, variant);
    }
    for (const auto& deed : plan.deeds) {
        cluster.run_until(deed.at);
        const auto& part = parts()[plan.parts[deed.part].first];
        const auto& action = part.actions[deed.action];
        cluster.story.tell(fmt::format("user: {} ({})", action.name, deed.argument % 60));
        const bool of_nodes = !strcmp(part.name, "nodes") || !strcmp(part.name, "disruption budget");
        if (!is_rollout(action)) cluster.watchdog.disturbed(of_nodes ? Watchdog::kNodesDisturbed : Watchdog::kDisturbed);
        action.run(cluster, deed.argument);
    }
    cluster.run_until(kLast + 5s);
    cluster.background = {};
    const bool nodes = std::any_of(plan.parts.begin(), plan.parts.end(), [](const auto& part) { return !strcmp(parts()[part.first].name, "nodes"); });
    if (nodes) cluster.run_until(kLast + 10s + Kubelets::kNoticed);
    if (nodes && plan.faults.empty() && plan.latency_ms == 0)
        for (auto& neglect : cluster.kubelets.neglected()) cluster.api.wrong.push_back(std::move(neglect));
    for (const auto& [part, variant] : plan.parts)
        if (parts()[part].end) parts()[part].end(cluster);
    cluster.story.tell("the users rest");
    if (!cluster.run_until_quiet(kQuiet, kLongest)) cluster.api.wrong.push_back("stuck: it never comes to rest");
    return {describe(cluster.api), violations(cluster.api), cluster.story.lines(), cluster.writes(), cluster.lives()};
}

std::string difference(const Outcome& outcome, const Outcome& undisturbed) {
    std::string text;
    for (const auto& wrong : undisturbed.wrong) text += "even undisturbed: " + wrong + "\n";
    for (const auto& wrong : outcome.wrong)
        if (std::find(undisturbed.wrong.begin(), undisturbed.wrong.end(), wrong) == undisturbed.wrong.end()) text += wrong + "\n";
    std::vector<std::string> more, less;
    std::set_difference(outcome.lines.begin(), outcome.lines.end(), undisturbed.lines.begin(), undisturbed.lines.end(), std::back_inserter(more));
    std::set_difference(undisturbed.lines.begin(), undisturbed.lines.end(), outcome.lines.begin(), outcome.lines.end(), std::back_inserter(less));
    for (const auto& line : less) text += "undisturbed: " + line + "\n";
    for (const auto& line : more) text += "  disturbed: " + line + "\n";
    return text;
}

Plan shortest_failing(Plan plan) {
    auto fails = [](const Plan& candidate) { return !difference(run(candidate), run(candidate.undisturbed())).empty(); };
    auto shrink = [&](auto member) {
        for (size_t i = (plan.*member).size(); i-- > 0;) {
            Plan candidate = plan;
            (candidate.*member).erase((candidate.*member).begin() + static_cast<std::ptrdiff_t>(i));
            if (fails(candidate)) plan = std::move(candidate);
        }
    };
    shrink(&Plan::faults);
    shrink(&Plan::deeds);
    shrink(&Plan::faults);
    return plan;
}

}  // namespace skiff::simulation
