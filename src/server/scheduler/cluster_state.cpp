#include "server/scheduler/cluster_state.h"

#include <algorithm>

#include "api/json_scan.h"

namespace skiff::scheduler {

namespace {

// Heartbeats change nothing that scheduling looks at.
bool matters(const api::ObjectPtr& before, const api::ObjectPtr& after) {
    if (!before || before->meta().labels != after->meta().labels) return true;
    auto old_tree = before->tree(), new_tree = after->tree();
    return !((*old_tree)["spec"] == (*new_tree)["spec"] && (*old_tree)["status"]["allocatable"] == (*new_tree)["status"]["allocatable"] &&
             (*old_tree)["status"]["images"] == (*new_tree)["status"]["images"]);
}

}  // namespace

// Pods may be heard of before their node; such a node has no object and stands apart.
void ClusterState::place(const PodPtr& pod, const std::string& node) {
    auto known = snapshot_.nodes.find(node);
    if (known != snapshot_.nodes.end()) snapshot_.add_pod(known->second, pod);
    else strangers_[node].add_pod(pod);
}

// A pod that was resized down takes less than it did.
bool ClusterState::shrinks(const PodPtr& pod) const {
    const auto known = snapshot_.nodes.find(pod->node_name);
    if (known == snapshot_.nodes.end()) return false;
    const auto before = known->second.pods.find(pod->uid);
    return before != known->second.pods.end() &&
           (pod->request.milli_cpu < before->second->request.milli_cpu || pod->request.memory < before->second->request.memory);
}

void ClusterState::displace(const std::string& uid, const std::string& node) {
    auto known = snapshot_.nodes.find(node);
    if (known != snapshot_.nodes.end()) snapshot_.remove_pod(known->second, uid);
    else strangers_[node].remove_pod(uid);
}

// The event is no more than our own binding come true. Its bytes tell without a tree: a quoted key followed by a quoted value cannot stand inside a
// string of JSON, and nothing else of a pod is called nodeName.
bool ClusterState::confirms(const api::ObjectPtr& after) {
    auto held = assumed_.find(after->meta().uid);
    if (held == assumed_.end() || after->meta().deleting() || after->meta().labels != held->second->labels || !after->bytes()) return false;
    const std::string& text = *after->bytes();
    if (!api::mentions(text, "\"nodeName\":\"" + placed_[held->first] + "\"") || !api::mentions(text, "\"phase\":\"Pending\"")) return false;
    nominate(held->first, nullptr);
    assumed_.erase(held);
    return true;
}

ClusterState::PodNews ClusterState::apply_pod(const api::ObjectPtr& before, const api::ObjectPtr& after) {
    const auto& uid = (after ? after : before)->meta().uid;
    if (after && confirms(after)) return {};
    PodNews news;
    news.pod = after ? pod_info(after) : nullptr;
    const auto& pod = news.pod;
    news.placed = pod && !pod->node_name.empty() && !pod->terminal;
    nominate(uid, pod && pod->node_name.empty() && !pod->terminal ? pod : nullptr);
    auto where = placed_.find(uid);
    if (where != placed_.end() && (!news.placed || where->second != pod->node_name)) {
        // An assumed pod whose binding is not seen yet stays where it is.
        if (pod && pod->node_name.empty() && assumed_.count(uid)) {
            news.waits_for_binding = true;
            return news;
        }
        displace(uid, where->second);
        placed_.erase(where);
        news.left = true;
    }
    assumed_.erase(uid);
    if (news.placed) {
        news.left |= shrinks(pod);
        place(pod, pod->node_name);
        news.fresh = placed_.insert_or_assign(uid, pod->node_name).second;
    }
    return news;
}

bool ClusterState::apply_node(const api::ObjectPtr& before, const api::ObjectPtr& after) {
    const auto& name = (after ? after : before)->meta().name;
    if (!after) {
        auto it = snapshot_.nodes.find(name);
        if (it == snapshot_.nodes.end()) return false;
        snapshot_.count_out(it->second);
        it->second.object = nullptr;
        strangers_[name] = std::move(it->second);
        snapshot_.nodes.erase(it);
        return false;
    }
    auto [it, added] = snapshot_.nodes.try_emplace(name);
    auto& node = it->second;
    if (added) {
        if (auto stranger = strangers_.extract(name)) node = std::move(stranger.mapped());
        snapshot_.count_in(node);
    } else if (!matters(before, after)) {
        node.object = after;
        return false;
    }
    node.set_node(after);
    return true;
}

void ClusterState::assume(const PodPtr& pod, const std::string& node) {
    place(pod, node);
    placed_[pod->uid] = node;
    nominate(pod->uid, nullptr);
    assumed_[pod->uid] = pod;
}

bool ClusterState::take_back(const PodPtr& pod) {
    auto it = placed_.find(pod->uid);
    if (it == placed_.end() || !assumed_.erase(pod->uid)) return false;
    displace(pod->uid, it->second);
    placed_.erase(it);
    return true;
}

void ClusterState::nominate(const std::string& uid, const PodPtr& pod) {
    auto held = nominated_.find(uid);
    if (held == nominated_.end() && (!pod || pod->nominated_node.empty())) return;
    if (held != nominated_.end()) {
        auto& list = snapshot_.nominated[held->second];
        list.erase(std::remove_if(list.begin(), list.end(), [&](const PodPtr& p) { return p->uid == uid; }), list.end());
        if (list.empty()) snapshot_.nominated.erase(held->second);
        nominated_.erase(held);
    }
    if (!pod || pod->nominated_node.empty()) return;
    snapshot_.nominated[pod->nominated_node].push_back(pod);
    nominated_[uid] = pod->nominated_node;
}

}  // namespace skiff::scheduler
