#include "server/controllers/daemon_placement.h"

#include <algorithm>

#include "server/controllers/deployment_rollout.h"
#include "server/controllers/node_matching.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/revision_history.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

namespace {

json::Value toleration(const char* key, const char* effect) {
    return json::Value::object({{"key", key}, {"operator", "Exists"}, {"effect", effect}});
}

// Daemons run where ordinary pods may not: on nodes that are not ready, under pressure or cordoned.
json::Value daemon_tolerations(const json::Value& pod_spec) {
    json::Value all = pod_spec["tolerations"].is_array() ? pod_spec["tolerations"] : json::Value::array();
    auto add = [&](const char* key, const char* effect) {
        auto made = toleration(key, effect);
        const auto& items = all.items();
        if (std::none_of(items.begin(), items.end(), [&](const json::Value& t) { return t == made; })) all.push_back(made);
    };
    add("node.kubernetes.io/not-ready", "NoExecute");
    add("node.kubernetes.io/unreachable", "NoExecute");
    add("node.kubernetes.io/disk-pressure", "NoSchedule");
    add("node.kubernetes.io/memory-pressure", "NoSchedule");
    add("node.kubernetes.io/pid-pressure", "NoSchedule");
    add("node.kubernetes.io/unschedulable", "NoSchedule");
    if (pod_spec["hostNetwork"].as_bool()) add("node.kubernetes.io/network-unavailable", "NoSchedule");
    return all;
}

const PodRef* oldest(const std::vector<PodRef>& pods, const DaemonSpec& spec, bool current) {
    for (const auto& pod : pods)
        if (is_current(pod, spec) == current) return &pod;
    return nullptr;
}

// Running pods beyond what one node needs.
void remove_surplus(const DaemonSpec& spec, const std::vector<PodRef>& running, WallTime now, DaemonPlan& plan) {
    if (running.size() <= 1) return;
    if (spec.max_surge == 0) {
        plan.remove.insert(plan.remove.end(), running.begin() + 1, running.end());
        return;
    }
    const PodRef* fresh = oldest(running, spec, true);
    const PodRef* old = oldest(running, spec, false);
    for (const auto& pod : running)
        if (&pod != fresh && &pod != old) plan.remove.push_back(pod);
    if (fresh && old && (!old->facts->ready || fresh->facts->available(spec.min_ready_s, now))) plan.remove.push_back(*old);
}

struct Pair {
    const PodRef* fresh = nullptr;
    const PodRef* old = nullptr;
    bool clear = true;      // at most one of each
};

Pair pods_by_revision(const DaemonSpec& spec, const std::vector<PodRef>& pods) {
    Pair pair;
    for (const auto& pod : pods) {
        if (pod.facts->deleting) continue;
        const PodRef*& slot = is_current(pod, spec) ? pair.fresh : pair.old;
        if (slot) pair.clear = false;
        slot = &pod;
    }
    return pair;
}

void take(std::vector<PodRef>& into, const std::vector<PodRef>& from, int64_t count) {
    for (int64_t i = 0; i < count && i < static_cast<int64_t>(from.size()); ++i) into.push_back(from[static_cast<size_t>(i)]);
}

DaemonPlan update_by_deleting(const DaemonSpec& spec, const std::vector<DaemonNode>& nodes, WallTime now) {
    DaemonPlan plan;
    std::vector<PodRef> candidates;
    int64_t unavailable = 0;
    for (const auto& node : nodes) {
        if (!node.verdict.should_run) continue;
        auto pair = pods_by_revision(spec, node.pods);
        if (!pair.clear || (!pair.fresh && !pair.old)) {
            ++unavailable;
        } else if (pair.fresh) {
            if (!pair.fresh->facts->available(spec.min_ready_s, now)) ++unavailable;
        } else if (!pair.old->facts->available(spec.min_ready_s, now)) {
            plan.remove.push_back(*pair.old);   // nobody misses it
            ++unavailable;
        } else {
            candidates.push_back(*pair.old);
        }
    }
    take(plan.remove, candidates, spec.max_unavailable - unavailable);
    return plan;
}

DaemonPlan update_by_surging(const DaemonSpec& spec, const std::vector<DaemonNode>& nodes, WallTime now) {
    DaemonPlan plan;
    std::vector<std::string> candidates;
    int64_t surging = 0;
    for (const auto& node : nodes) {
        auto pair = pods_by_revision(spec, node.pods);
        if (!pair.clear) {
            ++surging;
        } else if (!pair.old) {
            continue;
        } else if (!pair.fresh) {
            if (!node.verdict.should_run) continue;
            if (!pair.old->facts->available(spec.min_ready_s, now)) plan.create_on.push_back(node.name);
            else candidates.push_back(node.name);
        } else if (!pair.fresh->facts->available(spec.min_ready_s, now)) {
            ++surging;
        } else {
            plan.remove.push_back(*pair.old);
        }
    }
    for (int64_t i = 0; i < spec.max_surge - surging && i < static_cast<int64_t>(candidates.size()); ++i)
        plan.create_on.push_back(candidates[static_cast<size_t>(i)]);
    return plan;
}

}  // namespace

NodeVerdict judge_node(const json::Value& daemon_set, const json::Value& node, const api::Meta& node_meta) {
    const auto& spec = daemon_set["spec"]["template"]["spec"];
    const auto& fixed = spec["nodeName"].as_string();
    if (!fixed.empty() && fixed != node_meta.name) return {};
    if (!node_selected(spec, node_meta)) return {};
    auto tolerations = daemon_tolerations(spec);
    const auto& taints = node["spec"]["taints"];
    if (has_untolerated(tolerations, taints, "NoExecute")) return {false, false};
    if (has_untolerated(tolerations, taints, "NoSchedule")) return {false, true};
    return {true, true};
}

json::Value daemon_pod(const json::Value& daemon_set, const api::Object& owner, const std::string& node, const std::string& hash) {
    auto pod = pod_from_template(daemon_set["spec"]["template"], owner);
    auto& labels = pod.mut("metadata").mut("labels");
    labels.set(kRevisionHash, hash);
    if (const auto& generation = owner.meta().annotation("deprecated.daemonset.template.generation"); !generation.empty())
        labels.set("pod-template-generation", generation);
    auto& spec = pod.mut("spec");
    spec.set("tolerations", daemon_tolerations(spec));
    auto field = json::Value::object({{"key", "metadata.name"}, {"operator", "In"}, {"values", json::Value::array({node})}});
    auto term = json::Value::object({{"matchFields", json::Value::array({field})}});
    spec.mut("affinity").mut("nodeAffinity").set("requiredDuringSchedulingIgnoredDuringExecution",
                                                 json::Value::object({{"nodeSelectorTerms", json::Value::array({term})}}));
    return pod;
}

std::string daemon_target(const json::Value& pod) {
    const auto& bound = pod["spec"]["nodeName"].as_string();
    if (!bound.empty()) return bound;
    const auto& required = pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    for (const auto& term : required["nodeSelectorTerms"].items())
        for (const auto& field : term["matchFields"].items())
            if (field["key"].as_string() == "metadata.name" && field["values"].size() == 1) return field["values"][0].as_string();
    return {};
}

DaemonSpec read_daemon_spec(const json::Value& daemon_set, const std::string& hash, int64_t desired) {
    DaemonSpec spec;
    spec.hash = hash;
    spec.min_ready_s = daemon_set["spec"]["minReadySeconds"].as_int();
    const auto& strategy = daemon_set["spec"]["updateStrategy"];
    spec.rolling = strategy["type"].as_string() != "OnDelete";
    if (!spec.rolling) return spec;
    spec.max_surge = resolve_share(strategy["rollingUpdate"]["maxSurge"], desired, true, 0);
    spec.max_unavailable = resolve_share(strategy["rollingUpdate"]["maxUnavailable"], desired, true, 1);
    if (spec.max_surge == 0 && spec.max_unavailable == 0) spec.max_unavailable = 1;
    return spec;
}

bool is_current(const PodRef& pod, const DaemonSpec& spec) { return pod.meta().label(kRevisionHash) == spec.hash; }

DaemonPlan plan_daemon_pods(const DaemonSpec& spec, const std::vector<DaemonNode>& nodes, WallTime now) {
    DaemonPlan plan;
    for (const auto& node : nodes) {
        if (node.pods.empty()) {
            if (node.verdict.should_run) plan.create_on.push_back(node.name);
            continue;
        }
        if (!node.verdict.may_continue) {
            for (const auto& pod : node.pods)
                if (!pod.facts->deleting) plan.remove.push_back(pod);
            continue;
        }
        std::vector<PodRef> running;
        for (const auto& pod : node.pods) {
            if (pod.facts->deleting) continue;
            if (pod.facts->phase == PodPhase::Failed) plan.failed.push_back(pod);
            else if (pod.facts->phase == PodPhase::Succeeded) plan.succeeded.push_back(pod);
            else running.push_back(pod);
        }
        remove_surplus(spec, running, now, plan);
    }
    return plan;
}

DaemonPlan plan_daemon_update(const DaemonSpec& spec, const std::vector<DaemonNode>& nodes, WallTime now) {
    if (!spec.rolling) return {};
    return spec.max_surge > 0 ? update_by_surging(spec, nodes, now) : update_by_deleting(spec, nodes, now);
}

json::Value daemon_status(const DaemonSpec& spec, const std::vector<DaemonNode>& nodes, const json::Value& before, int64_t generation, WallTime now) {
    int64_t desired = 0, current = 0, misscheduled = 0, ready = 0, available = 0, updated = 0;
    for (const auto& node : nodes) {
        if (!node.verdict.should_run) {
            if (!node.pods.empty()) ++misscheduled;
            continue;
        }
        ++desired;
        if (node.pods.empty()) continue;
        ++current;
        const auto& pod = node.pods.front();
        if (pod.facts->ready) ++ready;
        if (pod.facts->available(spec.min_ready_s, now)) ++available;
        if (is_current(pod, spec)) ++updated;
    }
    json::Value status = before.is_object() ? before : json::Value::object();
    status.set("currentNumberScheduled", current);
    status.set("numberMisscheduled", misscheduled);
    status.set("desiredNumberScheduled", desired);
    status.set("numberReady", ready);
    set_or_omit(status, "observedGeneration", generation);
    set_or_omit(status, "updatedNumberScheduled", updated);
    set_or_omit(status, "numberAvailable", available);
    set_or_omit(status, "numberUnavailable", desired - available);
    return status;
}

}  // namespace skiff::controllers
