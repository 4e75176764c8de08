// Conditions of a status: find, set, remove, with Kubernetes' rule that lastTransitionTime moves only when the status changes. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "json/value.h"

namespace skiff::controllers {

struct Condition {
    std::string type, status, reason, message;
};

const json::Value* find_condition(const json::Value& status, std::string_view type);
bool condition_true(const json::Value& status, std::string_view type);
// Sets or replaces status.conditions[type]. True when something but times changed; unchanged conditions keep their times.
bool set_condition(json::Value& status, const Condition& condition, WallTime now);
bool remove_condition(json::Value& status, std::string_view type);

}  // namespace skiff::controllers
