// Which names a CustomResourceDefinition gets, and the conditions that tell of it (k8s.io/apiextensions-apiserver naming rules). Pure.
#pragma once

#include <set>
#include <string>

#include "api/object.h"
#include "base/clock.h"
#include "json/value.h"

namespace skiff::apiserver {

// The names that other definitions of the group hold.
struct TakenNames {
    std::set<std::string> resources, kinds;
    void add(const json::Value& accepted_names);
};

// The status that the definition should have: acceptedNames, conditions NamesAccepted and Established, and the approval of protected groups.
json::Value named_status(const json::Value& definition, const TakenNames& taken, WallTime now);

// Sets or adds a condition; its time changes with its status only.
void set_condition(json::Value& status, std::string_view type, bool value, std::string_view reason, std::string_view message, WallTime now);
bool condition_is_true(const json::Value& status, std::string_view type);

}  // namespace skiff::apiserver
