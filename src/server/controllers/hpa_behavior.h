// How fast a HorizontalPodAutoscaler may follow its metrics: stabilisation windows and scaling policies (spec.behavior). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "json/value.h"

namespace skiff::controllers {

struct ScalingRules {
    struct Policy {
        bool percent = false;
        int64_t value = 0;
        Duration period{0};
    };
    Duration window{0};
    enum class Select { Max, Min, Disabled } select = Select::Max;
    std::vector<Policy> policies;
};
// Those of the spec, or Kubernetes' defaults: up at once by the double or 4 pods in 15 s, down after 5 minutes without limit.
ScalingRules up_rules(const json::Value& behavior);
ScalingRules down_rules(const json::Value& behavior);

// What was recommended and done before; kept in memory for each autoscaler, lost with the process (which only stabilises anew).
struct ScalingHistory {
    struct Entry {
        Duration at;
        int64_t value;
    };
    std::vector<Entry> recommendations, ups, downs;      // ups and downs: by how many replicas
};

struct Limited {
    int64_t replicas = 0;
    std::string able_reason, able_message;               // condition AbleToScale
    bool limited = false;                                // condition ScalingLimited
    std::string limited_reason, limited_message;
};
// From the recommendation to what is set now. Notes the recommendation and forgets what no rule looks at any more.
Limited limit_scaling(const ScalingRules& up, const ScalingRules& down, ScalingHistory& history, int64_t current, int64_t recommended, int64_t least, int64_t most, Duration now);

}  // namespace skiff::controllers
