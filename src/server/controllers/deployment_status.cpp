#include "server/controllers/deployment_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

namespace {

constexpr const char* kAvailableReason = "NewReplicaSetAvailable";
constexpr const char* kTimedOutReason = "ProgressDeadlineExceeded";

bool progressed(const json::Value& before, const json::Value& status) {
    auto old_replicas = [](const json::Value& s) { return s["replicas"].as_int() - s["updatedReplicas"].as_int(); };
    return status["updatedReplicas"].as_int() > before["updatedReplicas"].as_int() || old_replicas(status) < old_replicas(before) ||
           status["readyReplicas"].as_int() > before["readyReplicas"].as_int() ||
           status["availableReplicas"].as_int() > before["availableReplicas"].as_int();
}

bool timed_out(const DeploymentFacts& facts, const json::Value& status, WallTime now) {
    const auto* condition = find_condition(status, "Progressing");
    if (!condition || !facts.progress_deadline_s) return false;
    const auto& reason = (*condition)["reason"].as_string();
    if (reason == kAvailableReason) return false;
    if (reason == kTimedOutReason) return true;
    auto from = reconcile::parse_time((*condition)["lastUpdateTime"].as_string());
    return from && *from + std::chrono::seconds(*facts.progress_deadline_s) < now;
}

void update_progressing(const DeploymentFacts& facts, const json::Value& before, json::Value& status, const SetSize* newest, WallTime now) {
    const auto* current = find_condition(before, "Progressing");
    bool was_complete = status["replicas"].as_int() == status["updatedReplicas"].as_int() && current &&
                        (*current)["reason"].as_string() == kAvailableReason;
    if (was_complete) return;
    std::string who = newest ? fmt::format("ReplicaSet \"{}\"", newest->name) : fmt::format("Deployment \"{}\"", facts.name);
    if (deployment_complete(facts, status)) {
        set_deployment_condition(status, "Progressing", "True", kAvailableReason, who + " has successfully progressed.", now);
    } else if (progressed(before, status)) {
        // Progress is told by a fresh lastUpdateTime, so the condition is written anew even when it says the same.
        json::Value since = current && (*current)["status"].as_string() == "True" ? (*current)["lastTransitionTime"] : json::Value();
        remove_condition(status, "Progressing");
        set_deployment_condition(status, "Progressing", "True", "ReplicaSetUpdated", who + " is progressing.", now);
        if (!since.is_null()) status.mut("conditions").mut_items().back().set("lastTransitionTime", since);
    } else if (timed_out(facts, status, now)) {
        set_deployment_condition(status, "Progressing", "False", kTimedOutReason, who + " has timed out progressing.", now);
    }
}

}  // namespace

DeploymentFacts read_deployment_facts(const json::Value& deployment) {
    DeploymentFacts facts;
    facts.name = deployment["metadata"]["name"].as_string();
    facts.generation = deployment["metadata"]["generation"].as_int();
    facts.spec = read_rollout_spec(deployment["spec"]);
    int64_t deadline = deployment["spec"]["progressDeadlineSeconds"].as_int(-1);
    if (deadline >= 0 && deadline < std::numeric_limits<int32_t>::max()) facts.progress_deadline_s = deadline;
    facts.paused = deployment["spec"]["paused"].as_bool();
    return facts;
}

void set_deployment_condition(json::Value& status, const std::string& type, const std::string& value, const std::string& reason,
                              const std::string& message, WallTime now) {
    std::string time = reconcile::format_time(now);
    json::Value transition(time);
    if (const auto* current = find_condition(status, type)) {
        bool same_status = (*current)["status"].as_string() == value;
        if (same_status && (*current)["reason"].as_string() == reason) return;
        if (same_status) transition = (*current)["lastTransitionTime"];
        remove_condition(status, type);
    }
    status.mut("conditions").push_back(json::Value::object({{"type", type},
                                                            {"status", value},
                                                            {"lastUpdateTime", time},
                                                            {"lastTransitionTime", transition},
                                                            {"reason", reason},
                                                            {"message", message}}));
}

bool deployment_complete(const DeploymentFacts& facts, const json::Value& status) {
    return status["updatedReplicas"].as_int() == facts.spec.replicas && status["replicas"].as_int() == facts.spec.replicas &&
           status["availableReplicas"].as_int() == facts.spec.replicas && status["observedGeneration"].as_int() >= facts.generation;
}

json::Value deployment_counts(const DeploymentFacts& facts, const json::Value& before, const SetSize* newest, const std::vector<SetSize>& all,
                              WallTime now) {
    int64_t wanted = 0, actual = 0, ready = 0, available = 0, terminating = 0;
    for (const auto& set : all) {
        wanted += set.replicas;
        actual += set.actual;
        ready += set.ready;
        available += set.available;
        terminating += set.terminating;
    }
    json::Value status = before.is_object() ? before : json::Value::object();
    set_or_omit(status, "observedGeneration", facts.generation);
    set_or_omit(status, "replicas", actual);
    set_or_omit(status, "updatedReplicas", newest ? newest->actual : 0);
    set_or_omit(status, "readyReplicas", ready);
    set_or_omit(status, "availableReplicas", available);
    set_or_omit(status, "unavailableReplicas", std::max<int64_t>(0, wanted - available));
    set_or_omit(status, "terminatingReplicas", terminating);
    if (available >= facts.spec.replicas - facts.spec.max_unavailable)
        set_deployment_condition(status, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now);
    else
        set_deployment_condition(status, "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", now);
    return status;
}

json::Value deployment_progress(const DeploymentFacts& facts, const json::Value& before, const SetSize* newest, const std::vector<SetSize>& all,
                                const json::Value* failure, WallTime now) {
    json::Value status = deployment_counts(facts, before, newest, all, now);
    if (facts.progress_deadline_s) update_progressing(facts, before, status, newest, now);
    else remove_condition(status, "Progressing");
    if (failure)
        set_deployment_condition(status, "ReplicaFailure", (*failure)["status"].as_string(), (*failure)["reason"].as_string(),
                                 (*failure)["message"].as_string(), now);
    else
        remove_condition(status, "ReplicaFailure");
    return status;
}

std::optional<Duration> progress_check_after(const DeploymentFacts& facts, const json::Value& status, WallTime now) {
    const auto* condition = find_condition(status, "Progressing");
    if (!condition || !facts.progress_deadline_s || facts.paused || deployment_complete(facts, status)) return std::nullopt;
    const auto& reason = (*condition)["reason"].as_string();
    if (reason == kTimedOutReason || reason == kAvailableReason) return std::nullopt;
    auto from = reconcile::parse_time((*condition)["lastUpdateTime"].as_string());
    if (!from) return std::nullopt;
    // A second more, so that the deadline is over for certain when it is looked at.
    return std::max<Duration>(*from + std::chrono::seconds(*facts.progress_deadline_s + 1) - now, std::chrono::milliseconds(10));
}

}  // namespace skiff::controllers
