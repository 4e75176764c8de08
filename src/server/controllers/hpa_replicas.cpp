#include "server/controllers/hpa_replicas.h"

#include <cmath>

#include "api/quantity.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"

namespace skiff::controllers {

namespace {

// kube-controller-manager's defaults.
constexpr Duration kCpuInitialization = std::chrono::minutes(5), kInitialReadiness = std::chrono::seconds(30);

bool within_tolerance(double ratio) { return std::abs(1.0 - ratio) <= kHpaTolerance; }
int64_t ceiling(double value) { return static_cast<int64_t>(std::ceil(value - 1e-9)); }

// Whether the pod's processor usage is that of its start rather than that of its work.
bool starting(const json::Value& status, const PodValue& value, WallTime now) {
    const auto* ready = find_condition(status, "Ready");
    auto started = reconcile::parse_time(status["startTime"].as_string());
    if (!ready || !started) return true;
    const bool not_ready = (*ready)["status"].as_string() == "False";
    const WallTime changed = reconcile::parse_time((*ready)["lastTransitionTime"].as_string()).value_or(*started);
    if (*started + kCpuInitialization > now) return not_ready || value.at < changed + value.window;
    return not_ready && *started + kInitialReadiness > changed;
}

int64_t average(const PodValues& values) {
    if (values.empty()) return 0;
    int64_t sum = 0;
    for (const auto& [name, value] : values) sum += value.milli;
    return sum / static_cast<int64_t>(values.size());
}

PodValues counted(PodValues values, const PodGroups& groups) {
    for (const auto* group : {&groups.ignored, &groups.unready})
        for (const auto& name : *group) values.erase(name);
    return values;
}

const Status& no_metrics() {
    static const Status kStatus(Reason::NotFound, "did not receive metrics for targeted pods (pods might be unready)");
    return kStatus;
}

// ratio_of(values): usage over target. fill: the value that a missing pod gets when the others say "fewer".
template <typename Ratio, typename Fill>
int64_t decide(int64_t current, PodValues values, const PodGroups& groups, Ratio ratio_of, Fill fill) {
    const double ratio = ratio_of(values);
    const bool grow_past_unready = !groups.unready.empty() && ratio > 1.0;
    if (!grow_past_unready && groups.missing.empty())
        return within_tolerance(ratio) ? current : ceiling(ratio * static_cast<double>(groups.ready));
    // What is not known is assumed to speak against the change.
    for (const auto& name : groups.missing) values[name].milli = ratio < 1.0 ? fill(name) : 0;
    if (grow_past_unready)
        for (const auto& name : groups.unready) values[name].milli = 0;
    const double next = ratio_of(values);
    if (within_tolerance(next) || (ratio < 1.0 && next > 1.0) || (ratio > 1.0 && next < 1.0)) return current;
    const int64_t replicas = ceiling(next * static_cast<double>(values.size()));
    if ((next < 1.0 && replicas > current) || (next > 1.0 && replicas < current)) return current;
    return replicas;
}

}  // namespace

PodGroups group_pods(const std::vector<api::ObjectPtr>& pods, const PodValues& values, bool cpu, WallTime now) {
    PodGroups groups;
    for (const auto& pod : pods) {
        const auto tree = pod->tree();
        const auto& status = (*tree)["status"];
        const auto& phase = status["phase"].as_string();
        const auto& name = pod->meta().name;
        if (pod->meta().deleting() || phase == "Failed") {
            groups.ignored.insert(name);
        } else if (phase == "Pending") {
            groups.unready.insert(name);
        } else if (auto value = values.find(name); value == values.end()) {
            groups.missing.insert(name);
        } else if (cpu && starting(status, value->second, now)) {
            groups.unready.insert(name);
        } else {
            ++groups.ready;
        }
    }
    return groups;
}

Result<Recommendation> replicas_by_utilization(int64_t current, int64_t target_percent, PodValues values, const std::map<std::string, int64_t>& requests, const PodGroups& groups) {
    values = counted(std::move(values), groups);
    if (values.empty()) return no_metrics();
    auto percent = [&](const PodValues& of) {
        double used = 0, asked = 0;
        for (const auto& [name, value] : of) {
            auto request = requests.find(name);
            if (request == requests.end()) continue;
            used += static_cast<double>(value.milli);
            asked += static_cast<double>(request->second);
        }
        return asked > 0 ? std::floor(used * 100 / asked) : 0;
    };
    Recommendation out;
    out.average_milli = average(values);
    out.utilization = static_cast<int64_t>(percent(values));
    // A missing pod is taken to use all that it asked for, or the target where that is more.
    auto fill = [&](const std::string& name) {
        auto request = requests.find(name);
        return request == requests.end() ? 0 : request->second * std::max<int64_t>(100, target_percent) / 100;
    };
    out.replicas = decide(current, values, groups, [&](const PodValues& of) { return percent(of) / static_cast<double>(target_percent); }, fill);
    return out;
}

Result<Recommendation> replicas_by_average(int64_t current, int64_t target_milli, PodValues values, const PodGroups& groups) {
    values = counted(std::move(values), groups);
    if (values.empty()) return no_metrics();
    Recommendation out;
    out.average_milli = average(values);
    out.replicas = decide(current, values, groups, [&](const PodValues& of) { return static_cast<double>(average(of)) / static_cast<double>(target_milli); },
                          [&](const std::string&) { return target_milli; });
    return out;
}

int64_t replicas_by_total(int64_t current, int64_t total_milli, int64_t target_average_milli) {
    const double ratio = static_cast<double>(total_milli) / (static_cast<double>(target_average_milli) * static_cast<double>(std::max<int64_t>(current, 1)));
    return within_tolerance(ratio) ? current : ceiling(static_cast<double>(total_milli) / static_cast<double>(target_average_milli));
}

int64_t replicas_by_value(int64_t current, int64_t value_milli, int64_t target_milli, int64_t ready_pods) {
    const double ratio = static_cast<double>(value_milli) / static_cast<double>(target_milli);
    // From zero replicas the value alone tells how many.
    if (current == 0) return ceiling(ratio);
    return within_tolerance(ratio) ? current : ceiling(ratio * static_cast<double>(ready_pods));
}

Result<std::map<std::string, int64_t>> pod_requests(const std::vector<api::ObjectPtr>& pods, const std::string& resource, const std::string& container) {
    std::map<std::string, int64_t> requests;
    for (const auto& pod : pods) {
        const auto tree = pod->tree();
        const auto& spec = (*tree)["spec"];
        int64_t sum = 0;
        bool found = false;
        auto add = [&](const json::Value& entry) -> Status {
            const auto& name = entry["name"].as_string();
            if (!container.empty() && name != container) return {};
            found = true;
            const auto& request = entry["resources"]["requests"][resource];
            if (request.is_null()) return error(Reason::NotFound, "missing request for {} in container {} of Pod {}", resource, name, pod->meta().name);
            sum += (request.is_string() ? api::Quantity::parse_or_zero(request.as_string()) : api::Quantity::of(request.as_int())).milli_value();
            return {};
        };
        for (const auto& entry : spec["containers"].items()) TRY(add(entry));
        for (const auto& entry : spec["initContainers"].items())
            if (entry["restartPolicy"].as_string() == "Always") TRY(add(entry));
        if (!found) return error(Reason::NotFound, "container {} not found in Pod {}", container, pod->meta().name);
        requests[pod->meta().name] = sum;
    }
    return requests;
}

}  // namespace skiff::controllers
