#include "server/controllers/conditions.h"

#include "reconcile/timestamp.h"

namespace skiff::controllers {

const json::Value* find_condition(const json::Value& status, std::string_view type) {
    for (const auto& condition : status["conditions"].items())
        if (condition["type"].as_string() == type) return &condition;
    return nullptr;
}

bool condition_true(const json::Value& status, std::string_view type) {
    const auto* condition = find_condition(status, type);
    return condition && (*condition)["status"].as_string() == "True";
}

bool set_condition(json::Value& status, const Condition& condition, WallTime now) {
    std::string time = reconcile::format_time(now);
    auto made = json::Value::object({{"type", condition.type}, {"status", condition.status}, {"lastTransitionTime", time}});
    if (!condition.reason.empty()) made.set("reason", condition.reason);
    if (!condition.message.empty()) made.set("message", condition.message);
    auto& all = status.mut("conditions").mut_items();
    for (auto& present : all) {
        if (present["type"].as_string() != condition.type) continue;
        bool same_status = present["status"].as_string() == condition.status;
        if (same_status && present["reason"].as_string() == condition.reason && present["message"].as_string() == condition.message) return false;
        if (same_status && !present["lastTransitionTime"].is_null()) made.set("lastTransitionTime", present["lastTransitionTime"]);
        if (!present["observedGeneration"].is_null()) made.set("observedGeneration", present["observedGeneration"]);
        present = std::move(made);
        return true;
    }
    all.push_back(std::move(made));
    return true;
}

bool remove_condition(json::Value& status, std::string_view type) {
    auto* list = status.find("conditions");
    if (!list || !list->is_array()) return false;
    auto removed = std::erase_if(list->mut_items(), [&](const json::Value& condition) { return condition["type"].as_string() == type; });
    if (list->size() == 0) status.erase("conditions");
    return removed != 0;
}

}  // namespace skiff::controllers
