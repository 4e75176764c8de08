// The disruption controller: keeps the status of PodDisruptionBudgets, by which evictions are let through or refused.
#pragma once

#include <memory>

#include "reconcile/controller.h"
#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_disruption_controller(std::shared_ptr<PodFactsCache> facts);

// How many pods a budget expects and how many of them must stay healthy. scale: the sum of the replicas that the pods' controllers want. Pure.
struct BudgetNumbers {
    int64_t expected = 0, desired_healthy = 0;
};
BudgetNumbers budget_numbers(const json::Value& budget_spec, int64_t pods, int64_t scale);
// Whether the budget needs to know the scale at all.
bool budget_needs_scale(const json::Value& budget_spec);
// The status; disrupted: pods whose eviction was granted and that are not seen deleted yet, as status.disruptedPods.
json::Value budget_status(const json::Value& before, const BudgetNumbers& numbers, int64_t healthy, const json::Value& disrupted, int64_t generation, WallTime now);

}  // namespace skiff::controllers
