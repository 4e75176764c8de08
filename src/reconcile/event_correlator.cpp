#include "reconcile/event_correlator.h"

#include <algorithm>

namespace skiff::reconcile {

namespace {

constexpr double kBurst = 25;
constexpr Duration kRefill = std::chrono::minutes(5);
constexpr size_t kSimilarMax = 10;
constexpr Duration kSimilarWindow = std::chrono::minutes(10);

}  // namespace

bool EventCorrelator::within_budget(const std::string& object, Duration now) {
    Budget& budget = budgets_.at(object);
    if (budget.tokens < 0) budget = {kBurst, now};
    double refilled = static_cast<double>((now - budget.at).count()) / static_cast<double>(kRefill.count());
    budget.tokens = std::min(kBurst, budget.tokens + refilled);
    budget.at = now;
    if (budget.tokens < 1) return false;
    budget.tokens -= 1;
    return true;
}

EventCorrelator::Decision EventCorrelator::decide(const EventFacts& event, Duration now) {
    const auto& about = event.about;
    std::string object = about.kind + "\n" + about.ns + "\n" + about.name + "\n" + about.uid + "\n" + about.api_version;
    if (!within_budget(object, now)) return {Kind::Drop, {}, {}, {}, 0};

    std::string group = object + "\n" + about.field_path + "\n" + event.type + "\n" + event.reason;
    Similar& similar = similar_.at(group);
    if (now - similar.at > kSimilarWindow) similar.messages.clear();
    similar.at = now;
    if (similar.messages.size() <= kSimilarMax) similar.messages.insert(std::hash<std::string>()(event.message));

    Decision decision{Kind::Create, {}, {}, event.message, 1};
    if (similar.messages.size() > kSimilarMax) {
        decision.key = group;
        decision.message = "(combined from similar events): " + event.message;
    } else {
        decision.key = group + "\n" + event.message;
    }
    Seen& seen = seen_.at(decision.key);
    decision.count = seen.count + 1;
    if (seen.name.empty()) return decision;
    decision.kind = Kind::Repeat;
    decision.name = seen.name;
    ++seen.count;
    return decision;
}

void EventCorrelator::created(const Decision& decision, const std::string& name) { seen_.at(decision.key) = {name, decision.count}; }

}  // namespace skiff::reconcile
