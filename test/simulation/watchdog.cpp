#include "simulation/watchdog.h"

#include <algorithm>
#include <cstring>

#include "base/strings.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/deployment_rollout.h"
#include "server/controllers/resources.h"

namespace skiff::simulation {

using namespace controllers;
using json::Value;

namespace {

bool ready(const Value& pod) { return condition_true(pod["status"], "Ready") && pod["metadata"]["deletionTimestamp"].is_null(); }

const Value& controller_of(const Value& object) {
    static const Value kNone;
    for (const auto& owner : object["metadata"]["ownerReferences"].items())
        if (owner["controller"].as_bool()) return owner;
    return kNone;
}

bool has_job_finalizer(const Value& metadata) {
    for (const auto& finalizer : metadata["finalizers"].items())
        if (finalizer.as_string() == "batch.kubernetes.io/job-tracking") return true;
    return false;
}

}  // namespace

Watchdog::Watchdog(SimApi& api, FakeClock& clock) : api_(api), clock_(clock) {
    client::WatchHandler handler;
    handler.event = [this](const client::WatchEvent& event) {
        if (ready(*event.object->tree())) ever_ready_.insert(event.object->meta().key());
    };
    auto watching = api_.store.watch(kPods, {}, handler);
    watch_ = std::move(*watching);
}

void Watchdog::look(const Write& write) {
    const bool made = !strcmp(write.verb, "create"), removed = write.body == nullptr;
    if (write.subresource == "scale") disturbed();      // an autoscaler's wish is a user's
    if (write.gvr == kPods && made && write.subresource.empty()) return pod_made(write.ns, *write.body);
    if (write.gvr == kJobs && made) return job_made(write.ns, *write.body);
    if (write.gvr == kNamespaces && write.subresource == "finalize") return namespace_given_up(write.name);
    if (write.gvr == kConfigMaps && !removed) return owner_let_go(write);
    if (write.gvr != kPods) return;
    const auto pod = api_.store.tree(kPods, write.ns, write.name);
    if (pod.is_null()) return;
    if (removed) pod_removed(write.ns, pod);
    else if (!strcmp(write.verb, "patch") && write.body->has("metadata")) pod_patched(write.ns, pod, *write.body);
}

void Watchdog::pod_made(const std::string& ns, const Value& pod) {
    const auto& owner = controller_of(pod);
    if (owner["kind"].as_string() != "StatefulSet") return;
    const auto set = api_.store.tree(kStatefulSets, ns, owner["name"].as_string());
    if (set.is_null() || set["spec"]["podManagementPolicy"].as_string() == "Parallel") return;
    const auto& name = pod["metadata"]["name"].as_string();
    const auto prefix = owner["name"].as_string() + "-";
    const auto ordinal = parse_int(name.substr(prefix.size())).value_or(0);
    for (int64_t before = set["spec"]["ordinals"]["start"].as_int(); before < ordinal; ++before)
        if (!ever_ready_.count(ns + "/" + prefix + std::to_string(before))) api_.wrong.push_back(fmt::format("order: {} is made before {}{} was ready", name, prefix, before));
}

void Watchdog::pod_removed(const std::string& ns, const Value& pod) {
    if (!ready(pod) || clock_.elapsed() < calm_) return;
    const auto& owner = controller_of(pod);
    const auto& kind = owner["kind"].as_string();
    auto others_ready = [&](const std::string& label, const std::string& node) {
        int64_t count = 0;
        for (const auto& other : api_.store.trees(kPods, ns))
            if (other["metadata"]["labels"]["app"].as_string() == label && other["metadata"]["uid"] != pod["metadata"]["uid"] && (node.empty() || other["spec"]["nodeName"].as_string() == node) && ready(other)) ++count;
        return count;
    };
    const auto& app = pod["metadata"]["labels"]["app"].as_string();
    if (kind == "ReplicaSet") {
        const auto set = api_.store.tree(kReplicaSets, ns, owner["name"].as_string());
        const auto deployment = api_.store.tree(kDeployments, ns, controller_of(set)["name"].as_string());
        if (deployment.is_null() || !deployment["metadata"]["deletionTimestamp"].is_null()) return;
        const auto spec = read_rollout_spec(deployment["spec"]);
        if (const auto left = others_ready(app, {}); !spec.recreate && left < spec.replicas - spec.max_unavailable)
            api_.wrong.push_back(fmt::format("rollout: deployment {} has {} ready pods of {}, {} may be missing", deployment["metadata"]["name"].as_string(), left, spec.replicas, spec.max_unavailable));
    } else if (kind == "DaemonSet") {
        const auto set = api_.store.tree(kDaemonSets, ns, owner["name"].as_string());
        const auto& rolling = set["spec"]["updateStrategy"]["rollingUpdate"];
        if (set.is_null() || !set["metadata"]["deletionTimestamp"].is_null() || rolling["maxSurge"].as_int() == 0) return;
        if (others_ready(app, pod["spec"]["nodeName"].as_string()) == 0) api_.wrong.push_back(fmt::format("rollout: daemon set {} leaves node {} without a ready pod", owner["name"].as_string(), pod["spec"]["nodeName"].as_string()));
    }
}

void Watchdog::pod_patched(const std::string& ns, const Value& pod, const Value& patch) {
    const auto& metadata = patch["metadata"];
    const auto& owner = controller_of(pod);
    if (!metadata.has("finalizers") || has_job_finalizer(metadata) || !has_job_finalizer(pod["metadata"]) || owner["kind"].as_string() != "Job") return;
    const auto job = api_.store.tree(kJobs, ns, owner["name"].as_string());
    const auto& status = job["status"];
    const auto& phase = pod["status"]["phase"].as_string();
    // Of nobody's interest: its Job is over, gone, or does not count it (indexes are counted once).
    if (job.is_null() || job["metadata"]["uid"] != owner["uid"] || !job["metadata"]["deletionTimestamp"].is_null() || condition_true(status, "Complete") || condition_true(status, "Failed")) return;
    if (phase != "Succeeded" || job["spec"]["completionMode"].as_string() == "Indexed") return;
    for (const auto& uid : status["uncountedTerminatedPods"]["succeeded"].items())
        if (uid == pod["metadata"]["uid"]) return;
    api_.wrong.push_back(fmt::format("count: pod {} of job {} loses its finalizer and is not counted", pod["metadata"]["name"].as_string(), owner["name"].as_string()));
}

void Watchdog::job_made(const std::string& ns, const Value& job) {
    const auto& owner = controller_of(job);
    if (owner["kind"].as_string() != "CronJob" || !api_.store.tree(kJobs, ns, job["metadata"]["name"].as_string()).is_null()) return;
    const auto& time = job["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"].as_string();
    auto& last = last_run_[owner["uid"].as_string()];
    if (!last.empty() && time <= last) api_.wrong.push_back(fmt::format("cron: {} runs for {} after it ran for {}", owner["name"].as_string(), time, last));
    const auto now = reconcile::parse_time(time), before = reconcile::parse_time(last);
    const auto cron = api_.store.tree(kCronJobs, ns, owner["name"].as_string());
    if (now && before && !cron_gaps_ && cron["spec"]["concurrencyPolicy"].as_string() != "Forbid" && *now - *before > std::chrono::minutes(1))
        api_.wrong.push_back(fmt::format("cron: {} left out what lay between {} and {}", owner["name"].as_string(), last, time));
    last = std::max(last, time);
}

// Of ConfigMaps, which no controller makes: of others a dependent may be younger than what the collector knows.
void Watchdog::owner_let_go(const Write& write) {
    auto foreground = [](const Value& metadata) {
        for (const auto& finalizer : metadata["finalizers"].items())
            if (finalizer.as_string() == "foregroundDeletion") return true;
        return false;
    };
    const auto owner = api_.store.tree(kConfigMaps, write.ns, write.name);
    if (!(*write.body)["metadata"].has("finalizers") || !foreground(owner["metadata"]) || foreground((*write.body)["metadata"])) return;
    for (const auto& map : api_.store.trees(kConfigMaps, write.ns))
        for (const auto& reference : map["metadata"]["ownerReferences"].items())
            if (reference["uid"] == owner["metadata"]["uid"] && reference["blockOwnerDeletion"].as_bool())
                api_.wrong.push_back(fmt::format("foreground: {} goes before {}, which blocks it", write.name, map["metadata"]["name"].as_string()));
}

void Watchdog::namespace_given_up(const std::string& name) {
    for (const auto& gvr : {kPods, kReplicaSets, kDeployments, kStatefulSets, kDaemonSets, kJobs, kCronJobs, kConfigMaps, kSecrets, kServices, kServiceAccounts, kVolumeClaims, kEndpoints, kEndpointSlices})
        if (const auto left = api_.store.trees(gvr, name).size()) api_.wrong.push_back(fmt::format("namespace {} is given up with {} {} in it", name, left, gvr.resource));
}

}  // namespace skiff::simulation
