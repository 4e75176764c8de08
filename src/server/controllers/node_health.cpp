#include "server/controllers/node_health.h"

#include <algorithm>

#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/node_matching.h"

namespace skiff::controllers {

namespace {

struct ConditionTaint {
    const char* condition;
    const char* status;
    const char* taint;
};
constexpr ConditionTaint kConditionTaints[] = {
    {"Ready", "False", kNotReadyTaint},
    {"Ready", "Unknown", kUnreachableTaint},
    {"MemoryPressure", "True", "node.kubernetes.io/memory-pressure"},
    {"DiskPressure", "True", "node.kubernetes.io/disk-pressure"},
    {"PIDPressure", "True", "node.kubernetes.io/pid-pressure"},
    {"NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"},
};
constexpr const char* kUnschedulable = "node.kubernetes.io/unschedulable";

bool managed(const json::Value& taint) {
    const auto& key = taint["key"].as_string();
    const auto& effect = taint["effect"].as_string();
    if (effect == "NoExecute") return key == kNotReadyTaint || key == kUnreachableTaint;
    if (effect != "NoSchedule") return false;
    return key == kUnschedulable || std::any_of(std::begin(kConditionTaints), std::end(kConditionTaints),
                                                [&](const ConditionTaint& entry) { return key == entry.taint; });
}

}  // namespace

std::string node_ready(const json::Value& node) {
    const auto* condition = find_condition(node["status"], "Ready");
    return condition ? (*condition)["status"].as_string() : "";
}

bool mark_unknown(json::Value& status, WallTime now) {
    bool changed = false;
    for (auto type : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"}) {
        const auto* present = find_condition(status, type);
        if (present && (*present)["status"].as_string() == "Unknown") continue;
        changed |= set_condition(status,
                                 {type, "Unknown", present ? "NodeStatusUnknown" : "NodeStatusNeverUpdated",
                                  present ? "Kubelet stopped posting node status." : "Kubelet never posted node status."},
                                 now);
    }
    return changed;
}

json::Value wanted_taints(const json::Value& node, bool evict, WallTime now) {
    std::vector<std::pair<std::string, std::string>> wanted;      // key, effect
    for (const auto& entry : kConditionTaints) {
        const auto* condition = find_condition(node["status"], entry.condition);
        if (condition && (*condition)["status"].as_string() == entry.status) wanted.emplace_back(entry.taint, "NoSchedule");
    }
    if (node["spec"]["unschedulable"].as_bool()) wanted.emplace_back(kUnschedulable, "NoSchedule");
    std::string ready = node_ready(node);
    if (evict && ready == "False") wanted.emplace_back(kNotReadyTaint, "NoExecute");
    if (evict && ready == "Unknown") wanted.emplace_back(kUnreachableTaint, "NoExecute");

    auto taints = json::Value::array();
    for (const auto& taint : node["spec"]["taints"].items()) {
        auto same = [&](const auto& w) { return w.first == taint["key"].as_string() && w.second == taint["effect"].as_string(); };
        auto it = std::find_if(wanted.begin(), wanted.end(), same);
        if (it != wanted.end()) wanted.erase(it);
        else if (managed(taint)) continue;
        taints.push_back(taint);
    }
    for (const auto& [key, effect] : wanted)
        taints.push_back(json::Value::object({{"key", key}, {"effect", effect}, {"timeAdded", reconcile::format_time(now)}}));
    return taints;
}

Eviction eviction_time(const json::Value& taints, const json::Value& tolerations, WallTime first_seen) {
    Eviction eviction;
    for (const auto& taint : taints.items()) {
        if (taint["effect"].as_string() != "NoExecute") continue;
        bool covered = false;
        std::optional<int64_t> seconds;
        for (const auto& toleration : tolerations.items()) {
            if (!tolerates(toleration, taint)) continue;
            covered = true;
            if (toleration["tolerationSeconds"].is_null()) continue;
            int64_t limit = std::max<int64_t>(0, toleration["tolerationSeconds"].as_int());
            seconds = std::min(seconds.value_or(limit), limit);
        }
        if (covered && !seconds) continue;      // tolerated for ever
        WallTime since = reconcile::parse_time(taint["timeAdded"].as_string()).value_or(first_seen);
        WallTime at = covered ? since + std::chrono::seconds(*seconds) : since;
        eviction.at = eviction.never ? at : std::min(eviction.at, at);
        eviction.never = false;
    }
    return eviction;
}

ZoneState zone_state(size_t ready, size_t not_ready) {
    if (ready == 0 && not_ready > 0) return ZoneState::Full;
    if (not_ready > 2 && static_cast<double>(not_ready) / static_cast<double>(ready + not_ready) >= 0.55) return ZoneState::Partial;
    return ZoneState::Normal;
}

}  // namespace skiff::controllers
