// PolicyRule: one rule of a Role or ClusterRole, and what it lets happen. Pure values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver {

struct PolicyRule {
    std::vector<std::string> verbs, groups, resources, resource_names, non_resource_urls;

    bool allows(const Attributes& attributes) const;
    // Whether everything that other (one verb, one group and resource, or one path) allows is allowed by this.
    bool covers(const PolicyRule& other) const;
    json::Value to_json() const;
    // {APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]}, as in refusals.
    std::string text() const;
    static PolicyRule from(const json::Value& rule);
};

using PolicyRules = std::vector<PolicyRule>;

PolicyRules policy_rules(const json::Value& rules);
// Parts with one verb and one resource (or path) each.
PolicyRules break_down(const PolicyRule& rule);
// The parts of wanted that none of held covers.
PolicyRules missing_rules(const PolicyRules& held, const PolicyRules& wanted);
// Joins parts that differ in their verbs only.
PolicyRules compact_rules(const PolicyRules& parts);

}  // namespace skiff::apiserver
