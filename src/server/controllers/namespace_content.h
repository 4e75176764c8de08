// What the deletion of a namespace has come to, as its conditions tell it. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "json/value.h"

namespace skiff::controllers {

struct NamespaceRemains {
    std::vector<std::string> discovery_failed, deletion_failed;      // what could not be read or deleted
    std::map<std::string, int> resources;                             // "pods." -> how many are left
    std::map<std::string, int> finalizers;                            // finalizer -> on how many
    bool empty() const { return discovery_failed.empty() && deletion_failed.empty() && resources.empty(); }
};

// Brings the five deletion conditions of a namespace's status up to date.
void set_namespace_conditions(json::Value& status, const NamespaceRemains& remains, WallTime now);

}  // namespace skiff::controllers
