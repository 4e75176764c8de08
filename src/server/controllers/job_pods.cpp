#include "server/controllers/job_pods.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"

namespace skiff::controllers {

namespace {

// The first container whose exit code the requirement names.
const json::Value* matching_exit(const json::Value& requirement, const json::Value& statuses) {
    const auto& container = requirement["containerName"].as_string();
    const auto& values = requirement["values"].items();
    for (const auto& status : statuses.items()) {
        const auto& terminated = status["state"]["terminated"];
        int64_t code = terminated["exitCode"].as_int();
        if (terminated.is_null() || code == 0 || (!container.empty() && container != status["name"].as_string())) continue;
        bool listed = std::any_of(values.begin(), values.end(), [&](const json::Value& v) { return v.as_int() == code; });
        if (listed == (requirement["operator"].as_string() == "In")) return &status;
    }
    return nullptr;
}

bool condition_matches(const json::Value& patterns, const json::Value& status, std::string& type) {
    for (const auto& pattern : patterns.items()) {
        const auto* condition = find_condition(status, pattern["type"].as_string());
        if (condition && (*condition)["status"].as_string() == pattern["status"].as_string("True")) {
            type = pattern["type"].as_string();
            return true;
        }
    }
    return false;
}

FailureAction parse_action(const std::string& text) {
    if (text == "Ignore") return FailureAction::Ignore;
    if (text == "FailJob") return FailureAction::FailJob;
    return text == "FailIndex" ? FailureAction::FailIndex : FailureAction::Count;
}

void apply_failure_policy(const json::Value& rules, const json::Value& status, const api::Meta& meta, JobPod& pod) {
    for (size_t i = 0; i < rules.size(); ++i) {
        const auto& rule = rules[i];
        const auto& action = rule["action"].as_string();
        if (!rule["onExitCodes"].is_null()) {
            const auto* found = matching_exit(rule["onExitCodes"], status["containerStatuses"]);
            if (!found) found = matching_exit(rule["onExitCodes"], status["initContainerStatuses"]);
            if (!found) continue;
            pod.action_message = fmt::format("Container {} for pod {} failed with exit code {} matching {} rule at index {}", (*found)["name"].as_string(),
                                             meta.key(), (*found)["state"]["terminated"]["exitCode"].as_int(), action, i);
        } else {
            std::string type;
            if (!condition_matches(rule["onPodConditions"], status, type)) continue;
            pod.action_message = fmt::format("Pod {} has condition {} matching {} rule at index {}", meta.key(), type, action, i);
        }
        pod.action = parse_action(action);
        return;
    }
}

WallTime finish_time(const json::Value& status, const api::Meta& meta, WallTime fallback) {
    std::optional<WallTime> latest;
    for (const auto& container : status["containerStatuses"].items())
        if (auto at = reconcile::parse_time(container["state"]["terminated"]["finishedAt"].as_string())) latest = std::max(latest.value_or(*at), *at);
    if (latest) return *latest;
    if (const auto* ready = find_condition(status, "Ready"))
        if (auto at = reconcile::parse_time((*ready)["lastTransitionTime"].as_string())) return *at;
    return reconcile::parse_time(meta.deletion_timestamp).value_or(fallback);
}

}  // namespace

JobPod read_job_pod(const ObjectPtr& object, const json::Value& job, WallTime now) {
    auto tree = object->tree();
    const auto& status = (*tree)["status"];
    const auto& meta = object->meta();
    JobPod pod;
    pod.object = object;
    pod.uid = meta.uid;
    pod.name = meta.name;
    pod.phase = parse_phase(status["phase"].as_string());
    pod.deleting = meta.deleting();
    pod.ready = condition_true(status, "Ready");
    pod.tracked = std::find(meta.finalizers.begin(), meta.finalizers.end(), kJobFinalizer) != meta.finalizers.end();
    pod.index = parse_int(meta.annotation(kIndexKey)).value_or(-1);
    pod.index_failures = parse_int(meta.annotation(kIndexFailures)).value_or(0);
    for (auto list : {"containerStatuses", "initContainerStatuses"})
        for (const auto& container : status[list].items()) pod.restarts += container["restartCount"].as_int();
    pod.created = reconcile::parse_time(meta.creation_timestamp).value_or(now);
    if (pod.phase == PodPhase::Failed || pod.phase == PodPhase::Succeeded || pod.deleting) pod.finished_at = finish_time(status, meta, now);
    if (pod.phase == PodPhase::Failed) apply_failure_policy(job["spec"]["podFailurePolicy"]["rules"], status, meta, pod);
    return pod;
}

std::optional<std::string> met_success_policy(const json::Value& spec, const IndexSet& succeeded, int64_t completions) {
    const auto& rules = spec["successPolicy"]["rules"];
    for (size_t i = 0; i < rules.size(); ++i) {
        int64_t have = static_cast<int64_t>(succeeded.size()), needed = rules[i]["succeededCount"].as_int(-1);
        if (!rules[i]["succeededIndexes"].as_string().empty()) {
            auto wanted = parse_indexes(rules[i]["succeededIndexes"].as_string(), completions);
            have = std::count_if(wanted.begin(), wanted.end(), [&](int64_t index) { return succeeded.count(index) != 0; });
            if (needed < 0) needed = static_cast<int64_t>(wanted.size());
        }
        if (needed >= 0 && have >= needed) return fmt::format("Matched rules at index {}", i);
    }
    return std::nullopt;
}

}  // namespace skiff::controllers
