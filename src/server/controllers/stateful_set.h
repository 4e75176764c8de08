// The StatefulSet controller: pods with stable names, addresses and claims, made and replaced in order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "reconcile/controller.h"
#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_stateful_set_controller(std::shared_ptr<PodFactsCache> facts);

// The pod of an ordinal, from the set's tree (with the template of the revision that is wanted). Pure.
json::Value stateful_pod(const json::Value& set, const api::Object& owner, int64_t ordinal, const std::string& revision);
// The claims of an ordinal, by the names that its pod uses. Pure.
std::vector<std::string> stateful_claim_names(const json::Value& set, const std::string& set_name, int64_t ordinal);
std::vector<json::Value> stateful_claims(const json::Value& set, const api::Object& owner, int64_t ordinal);

}  // namespace skiff::controllers
