#include "simulation/kubelets.h"

#include <algorithm>

#include "json/parse.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/resources.h"

namespace skiff::simulation {

using namespace controllers;
using namespace std::chrono_literals;

namespace {

constexpr Duration kLeaseInterval = 20s;

bool finished(const json::Value& pod) {
    const auto& phase = pod["status"]["phase"].as_string();
    return phase == "Succeeded" || phase == "Failed";
}

}  // namespace

Kubelets::Kubelets(SimApi& api, FakeClock& clock) : api_(api), clock_(clock) {
    client::WatchHandler handler;
    handler.event = [this](const client::WatchEvent& event) {
        if (event.type != client::WatchEvent::Type::Deleted) heard(event.object);
    };
    auto watching = api_.store.watch(kPods, {}, handler);
    watch_ = std::move(*watching);
}

void Kubelets::heard(const api::ObjectPtr& pod) {
    // The delay differs from pod to pod, but not from run to run.
    const auto delay = 1s + std::chrono::milliseconds(std::hash<std::string>()(pod->meta().uid) % 1500);
    due_.try_emplace({pod->meta().ns, pod->meta().name}, clock_.elapsed() + delay);
}

void Kubelets::join(const std::string& name) {
    if (has(name)) return;
    const char* zone = name == "n1" || name == "n2" ? "z1" : "z2";
    auto tree = json::parse(R"({"apiVersion":"v1","kind":"Node","status":{"allocatable":{"cpu":"2","memory":"4Gi","pods":"30"},"capacity":{"cpu":"2","memory":"4Gi","pods":"30"}}})");
    tree->mut("metadata").set("name", name);
    tree->mut("metadata").set("labels", json::Value::object({{"kubernetes.io/hostname", name}, {"topology.kubernetes.io/zone", zone}}));
    (void)api_.create(kNodes, {}, *tree);
    nodes_[name] = Node{true, clock_.elapsed()};
    write_ready(name);
    renew(name, nodes_[name]);
    find_pods(name);
}

// What the node has to run already.
void Kubelets::find_pods(const std::string& name) {
    for (const auto& pod : api_.store.trees(kPods))
        if (pod["spec"]["nodeName"].as_string() == name) due_.try_emplace({pod["metadata"]["namespace"].as_string(), pod["metadata"]["name"].as_string()}, clock_.elapsed() + 1s);
}

void Kubelets::power(const std::string& name, bool on) {
    auto it = nodes_.find(name);
    if (it == nodes_.end() || it->second.on == on) return;
    it->second.on = on;
    it->second.off = clock_.elapsed();
    if (!on) return;
    it->second.lease = clock_.elapsed();
    write_ready(name);
    find_pods(name);
}

void Kubelets::leave(const std::string& name) {
    if (nodes_.erase(name)) left_[name] = clock_.elapsed();
    (void)api_.remove(kNodes, {}, name);
}

bool Kubelets::all_on() const {
    return std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node.second.on; });
}

std::vector<std::string> Kubelets::neglected() const {
    std::vector<std::string> found;
    // Where no node is left, nobody could take the pods.
    if (std::none_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node.second.on; })) return found;
    auto dead = [&](const std::string& name) {
        auto it = nodes_.find(name);
        return it != nodes_.end() && !it->second.on && clock_.elapsed() - it->second.off >= kNoticed;
    };
    for (const auto& [name, node] : nodes_)
        if (const auto tree = api_.store.tree(kNodes, {}, name); dead(name) && condition_true(tree["status"], "Ready")) found.push_back("neglected: node " + name + " is dead and looks ready");
    for (const auto& pod : api_.store.trees(kPods)) {
        const auto& on = pod["spec"]["nodeName"].as_string();
        const auto& name = pod["metadata"]["name"].as_string();
        const bool daemon = pod["metadata"]["ownerReferences"][0]["kind"].as_string() == "DaemonSet";
        if (dead(on) && !daemon && !finished(pod) && pod["metadata"]["deletionTimestamp"].is_null()) found.push_back(fmt::format("neglected: pod {} stays on {}, which is dead", name, on));
        auto left = left_.find(on);
        if (left != left_.end() && !nodes_.count(on) && clock_.elapsed() - left->second >= kNoticed) found.push_back(fmt::format("neglected: pod {} is on {}, which has left", name, on));
    }
    return found;
}

void Kubelets::write_ready(const std::string& name) {
    api_.store.change(kNodes, {}, name, [&](json::Value& tree) { set_condition(tree.mut("status"), {"Ready", "True", "KubeletReady", {}}, clock_.now()); });
}

void Kubelets::renew(const std::string& name, Node& node) {
    node.lease = clock_.elapsed() + kLeaseInterval;
    const auto time = reconcile::format_micro_time(clock_.now());
    if (api_.store.tree(kLeases, "kube-node-lease", name).is_null()) {
        auto lease = json::Value::object({{"apiVersion", "coordination.k8s.io/v1"}, {"kind", "Lease"}});
        lease.mut("metadata").set("name", name);
        lease.mut("spec").set("renewTime", time);
        (void)api_.store.create(kLeases, "kube-node-lease", lease);
    } else {
        api_.store.change(kLeases, "kube-node-lease", name, [&](json::Value& tree) { tree.mut("spec").set("renewTime", time); });
    }
}

Duration Kubelets::next_due() const {
    Duration due = Duration::max();
    for (const auto& [name, node] : nodes_)
        if (node.on) due = std::min(due, node.lease);
    for (const auto& [pod, at] : due_) due = std::min(due, at);
    return due;
}

bool Kubelets::step() {
    bool any = false;
    const auto now = clock_.elapsed();
    for (auto& [name, node] : nodes_)
        if (node.on && node.lease <= now) {
            renew(name, node);
            any = true;
        }
    std::vector<std::pair<std::string, std::string>> pods;
    for (const auto& [pod, at] : due_)
        if (at <= now) pods.push_back(pod);
    for (const auto& pod : pods) {
        due_.erase(pod);
        look_at(pod.first, pod.second);
        any = true;
    }
    return any;
}

bool Kubelets::volumes_ready(const std::string& ns, const json::Value& pod) {
    for (const auto& volume : pod["spec"]["volumes"].items()) {
        const auto& claim = volume["persistentVolumeClaim"]["claimName"].as_string();
        if (!claim.empty() && api_.store.tree(kVolumeClaims, ns, claim)["status"]["phase"].as_string() != "Bound") return false;
    }
    return true;
}

void Kubelets::look_at(const std::string& ns, const std::string& name) {
    const auto pod = api_.store.tree(kPods, ns, name);
    auto node = nodes_.find(pod["spec"]["nodeName"].as_string());
    if (pod.is_null() || node == nodes_.end() || !node->second.on) return;
    const auto& labels = pod["metadata"]["labels"];
    const auto& outcome = labels["outcome"].as_string();
    if (!pod["metadata"]["deletionTimestamp"].is_null()) {
        if (!finished(pod)) set_status(pod, "Failed", false, 143);
        (void)api_.remove(kPods, ns, name, {.grace_period_s = 0, .uid = pod["metadata"]["uid"].as_string()});
    } else if (finished(pod)) {
        return;
    } else if (pod["status"]["phase"].as_string() != "Running") {
        if (volumes_ready(ns, pod)) set_status(pod, "Running", true);
        else due_.try_emplace({ns, name}, clock_.elapsed() + 2s);
    } else if (!outcome.empty()) {
        const bool fails = outcome == "fail" || (outcome == "fail-1" && pod["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"].as_string() == "1");
        set_status(pod, fails ? "Failed" : "Succeeded", false, fails ? 1 : 0);
    } else if (!condition_true(pod["status"], "Ready")) {
        set_status(pod, "Running", true);
    }
}

void Kubelets::set_status(const json::Value& pod, const char* phase, bool ready, int exit_code) {
    const auto& meta = pod["metadata"];
    api_.store.change(kPods, meta["namespace"].as_string(), meta["name"].as_string(), [&](json::Value& tree) {
        auto& status = tree.mut("status");
        const auto now = reconcile::format_time(clock_.now());
        status.set("phase", phase);
        if (status["podIP"].is_null()) {
            ++addresses_;
            status.set("podIP", fmt::format("10.42.{}.{}", addresses_ / 250, addresses_ % 250 + 1));
            status.set("podIPs", json::Value::array({json::Value::object({{"ip", status["podIP"].as_string()}})}));
            status.set("startTime", now);
        }
        set_condition(status, {"Ready", ready ? "True" : "False", {}, {}}, clock_.now());
        auto state = ready ? json::Value::object({{"running", json::Value::object({{"startedAt", now}})}})
                           : json::Value::object({{"terminated", json::Value::object({{"exitCode", exit_code}, {"finishedAt", now}})}});
        status.set("containerStatuses", json::Value::array({json::Value::object({{"name", "c"}, {"ready", ready}, {"restartCount", 0}, {"state", state}})}));
    });
}

}  // namespace skiff::simulation
