#include "server/controllers/hpa_behavior.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace skiff::controllers {

namespace {

using namespace std::chrono_literals;

ScalingRules read_rules(const json::Value& rules, ScalingRules defaults) {
    if (!rules.is_object()) return defaults;
    if (rules["stabilizationWindowSeconds"].is_number()) defaults.window = std::chrono::seconds(rules["stabilizationWindowSeconds"].as_int());
    const auto& select = rules["selectPolicy"].as_string();
    if (select == "Min") defaults.select = ScalingRules::Select::Min;
    if (select == "Disabled") defaults.select = ScalingRules::Select::Disabled;
    if (rules["policies"].size() == 0) return defaults;
    defaults.policies.clear();
    for (const auto& policy : rules["policies"].items())
        defaults.policies.push_back({policy["type"].as_string() == "Percent", policy["value"].as_int(), std::chrono::seconds(policy["periodSeconds"].as_int())});
    return defaults;
}

int64_t changed_within(const std::vector<ScalingHistory::Entry>& entries, Duration period, Duration now) {
    int64_t sum = 0;
    for (const auto& entry : entries)
        if (entry.at > now - period) sum += entry.value;
    return sum;
}

int64_t upper_limit(const ScalingRules& rules, const ScalingHistory& history, int64_t current, Duration now) {
    if (rules.select == ScalingRules::Select::Disabled) return current;
    const bool smallest = rules.select == ScalingRules::Select::Min;
    int64_t limit = smallest ? std::numeric_limits<int32_t>::max() : std::numeric_limits<int32_t>::min();
    for (const auto& policy : rules.policies) {
        const int64_t start = current - changed_within(history.ups, policy.period, now) + changed_within(history.downs, policy.period, now);
        const int64_t proposed = policy.percent ? static_cast<int64_t>(std::ceil(static_cast<double>(start) * (1 + static_cast<double>(policy.value) / 100))) : start + policy.value;
        limit = smallest ? std::min(limit, proposed) : std::max(limit, proposed);
    }
    return limit;
}

int64_t lower_limit(const ScalingRules& rules, const ScalingHistory& history, int64_t current, Duration now) {
    if (rules.select == ScalingRules::Select::Disabled) return current;
    const bool smallest = rules.select == ScalingRules::Select::Min;
    int64_t limit = smallest ? std::numeric_limits<int32_t>::min() : std::numeric_limits<int32_t>::max();
    for (const auto& policy : rules.policies) {
        const int64_t start = current - changed_within(history.ups, policy.period, now) + changed_within(history.downs, policy.period, now);
        const int64_t proposed = policy.percent ? static_cast<int64_t>(static_cast<double>(start) * (1 - static_cast<double>(policy.value) / 100)) : start - policy.value;
        limit = smallest ? std::max(limit, proposed) : std::min(limit, proposed);
    }
    return limit;
}

// The least change that the recommendations of the windows agree on.
int64_t stabilise(const ScalingRules& up, const ScalingRules& down, ScalingHistory& history, int64_t current, int64_t recommended, Duration now) {
    int64_t least = recommended, most = recommended;
    for (const auto& entry : history.recommendations) {
        if (entry.at > now - up.window) least = std::min(least, entry.value);
        if (entry.at > now - down.window) most = std::max(most, entry.value);
    }
    history.recommendations.push_back({now, recommended});
    const Duration keep = std::max(up.window, down.window);
    std::erase_if(history.recommendations, [&](const auto& entry) { return entry.at <= now - keep; });
    return std::min(std::max(current, least), most);
}

void forget_changes(const ScalingRules& up, const ScalingRules& down, ScalingHistory& history, Duration now) {
    Duration keep{0};
    for (const auto* rules : {&up, &down})
        for (const auto& policy : rules->policies) keep = std::max(keep, policy.period);
    auto old = [&](const auto& entry) { return entry.at <= now - keep; };
    std::erase_if(history.ups, old);
    std::erase_if(history.downs, old);
}

}  // namespace

ScalingRules up_rules(const json::Value& behavior) {
    return read_rules(behavior["scaleUp"], {0s, ScalingRules::Select::Max, {{true, 100, 15s}, {false, 4, 15s}}});
}

ScalingRules down_rules(const json::Value& behavior) { return read_rules(behavior["scaleDown"], {300s, ScalingRules::Select::Max, {{true, 100, 15s}}}); }

Limited limit_scaling(const ScalingRules& up, const ScalingRules& down, ScalingHistory& history, int64_t current, int64_t recommended, int64_t least, int64_t most, Duration now) {
    forget_changes(up, down, history, now);
    Limited out;
    const int64_t stable = stabilise(up, down, history, current, recommended, now);
    out.able_reason = "ReadyForNewScale";
    out.able_message = "recommended size matches current size";
    if (stable != recommended) {
        const bool fewer = recommended < stable;
        out.able_reason = fewer ? "ScaleDownStabilized" : "ScaleUpStabilized";
        out.able_message = fewer ? "recent recommendations were higher than current one, applying the highest recent recommendation"
                                 : "recent recommendations were lower than current one, applying the lowest recent recommendation";
    }
    out.replicas = stable;
    auto limit_to = [&](int64_t bound, const char* reason, const char* message) {
        out.replicas = bound;
        out.limited = true;
        out.limited_reason = reason;
        out.limited_message = message;
    };
    if (stable > current) {
        const int64_t rate = std::max(upper_limit(up, history, current, now), current);
        if (stable > std::min(rate, most)) {
            if (most <= rate) limit_to(most, "TooManyReplicas", "the desired replica count is more than the maximum replica count");
            else limit_to(rate, "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
        }
    } else if (stable < current) {
        const int64_t rate = std::min(lower_limit(down, history, current, now), current);
        if (stable < std::max(rate, least)) {
            if (least >= rate) limit_to(least, "TooFewReplicas", "the desired replica count is less than the minimum replica count");
            else limit_to(rate, "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate");
        }
    } else if (recommended > most) {
        limit_to(std::min(current, most), "TooManyReplicas", "the desired replica count is more than the maximum replica count");
    } else if (recommended < least) {
        limit_to(std::max(current, least), "TooFewReplicas", "the desired replica count is less than the minimum replica count");
    }
    if (!out.limited) {
        out.limited_reason = "DesiredWithinRange";
        out.limited_message = "the desired count is within the acceptable range";
    }
    if (out.replicas > current) history.ups.push_back({now, out.replicas - current});
    if (out.replicas < current) history.downs.push_back({now, current - out.replicas});
    return out;
}

}  // namespace skiff::controllers
