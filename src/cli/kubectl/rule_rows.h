// RBAC rules as rows of a table: one for each group, resource and name or URL; plain ones of the same resource share their verbs. Pure.
#pragma once

#include <string>
#include <vector>

#include "json/value.h"

namespace skiff::cli::kubectl {

struct RuleRow {
    std::string resource, urls = "[]", names = "[]";   // "deployments.apps/scale", "[/healthz]", "[web]"
    json::Value verbs;
    std::string key;                                    // what is the same for rows that share their verbs
};
// Of PolicyRules, in kubectl's order (by verbs, groups, resources, names, URLs).
std::vector<RuleRow> rule_rows(const std::vector<json::Value>& rules);

}  // namespace skiff::cli::kubectl
