#include "server/scheduler/snapshot.h"

namespace skiff::scheduler {

void Snapshot::count(const PodPtr& pod, const NodeInfo& node) {
    auto [it, fresh] = groups.try_emplace(pod->group);
    auto& group = it->second;
    if (fresh) {
        group.anti_affinity = !pod->anti_affinity.empty();
        group.affinity = !pod->affinity.empty() || !pod->preferred_affinity.empty() || !pod->preferred_anti_affinity.empty();
        anti_affinity_groups += group.anti_affinity;
        affinity_groups += group.affinity;
    }
    group.pod = pod;
    ++group.nodes[&node];
}

void Snapshot::uncount(const PodInfo& pod, const NodeInfo& node) {
    auto it = groups.find(pod.group);
    if (it == groups.end()) return;
    auto& group = it->second;
    if (auto on = group.nodes.find(&node); on != group.nodes.end() && --on->second == 0) group.nodes.erase(on);
    if (!group.nodes.empty()) return;
    anti_affinity_groups -= group.anti_affinity;
    affinity_groups -= group.affinity;
    groups.erase(it);
}

void Snapshot::add_pod(NodeInfo& node, const PodPtr& pod) {
    if (auto held = node.pods.find(pod->uid); held != node.pods.end()) uncount(*held->second, node);
    node.add_pod(pod);
    count(pod, node);
}

void Snapshot::remove_pod(NodeInfo& node, const std::string& uid) {
    auto held = node.pods.find(uid);
    if (held == node.pods.end()) return;
    const PodPtr pod = held->second;
    node.remove_pod(uid);
    uncount(*pod, node);
}

void Snapshot::count_in(const NodeInfo& node) {
    for (const auto& [uid, pod] : node.pods) count(pod, node);
}

void Snapshot::count_out(const NodeInfo& node) {
    for (const auto& [uid, pod] : node.pods) uncount(*pod, node);
}

}  // namespace skiff::scheduler
