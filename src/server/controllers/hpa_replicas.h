// How many replicas a measured usage asks for: the rules of HorizontalPodAutoscaler ("Algorithm details" of its documentation). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/object.h"
#include "base/clock.h"
#include "base/status.h"
#include "json/value.h"

namespace skiff::controllers {

inline constexpr double kHpaTolerance = 0.1;

// One pod's value, in thousandths (of a core, of a byte, of whatever is counted).
struct PodValue {
    int64_t milli = 0;
    WallTime at{};
    Duration window{0};
};
using PodValues = std::map<std::string, PodValue>;       // by pod name

// The pods of the target, sorted by what their values are worth.
struct PodGroups {
    size_t ready = 0;
    std::set<std::string> unready, missing, ignored;     // ignored: being deleted or failed
};
// cpu: values of pods that have just started say nothing yet.
PodGroups group_pods(const std::vector<api::ObjectPtr>& pods, const PodValues& values, bool cpu, WallTime now);

struct Recommendation {
    int64_t replicas = 0;
    int64_t average_milli = 0;                           // over the pods that count
    int64_t utilization = 0;                             // percent; only of a utilization target
};
// target: percent of the requests (by pod, thousandths), or an average value in thousandths.
Result<Recommendation> replicas_by_utilization(int64_t current, int64_t target_percent, PodValues values, const std::map<std::string, int64_t>& requests, const PodGroups& groups);
Result<Recommendation> replicas_by_average(int64_t current, int64_t target_milli, PodValues values, const PodGroups& groups);
// One value for all: a total per replica (average), or a value that the number of ready pods should bring to the target.
int64_t replicas_by_total(int64_t current, int64_t total_milli, int64_t target_average_milli);
int64_t replicas_by_value(int64_t current, int64_t value_milli, int64_t target_milli, int64_t ready_pods);

// Requests of a resource for each pod; container "" sums all of them. NotFound when a container asks for nothing.
Result<std::map<std::string, int64_t>> pod_requests(const std::vector<api::ObjectPtr>& pods, const std::string& resource, const std::string& container);

}  // namespace skiff::controllers
