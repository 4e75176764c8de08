#include "server/scheduler/node_info.h"

#include <algorithm>

#include "api/quantity.h"

namespace skiff::scheduler {

const std::string* NodeInfo::label(std::string_view key) const {
    for (const auto& [k, v] : labels)
        if (k == key) return &v;
    return nullptr;
}

void NodeInfo::set_node(const api::ObjectPtr& node) {
    object = node;
    name = node->meta().name;
    labels = node->meta().labels;
    auto tree = node->tree();
    const auto& spec = (*tree)["spec"];
    unschedulable = spec["unschedulable"].as_bool();
    taints.clear();
    for (const auto& t : spec["taints"].items()) taints.push_back({t["key"].as_string(), t["value"].as_string(), t["effect"].as_string()});
    const auto& status = (*tree)["status"];
    allocatable = amounts_from(status["allocatable"]);
    const auto& pods_text = status["allocatable"]["pods"];
    pods_max = pods_text.is_string() ? api::Quantity::parse_or_zero(pods_text.as_string()).value() : pods_text.as_int(0);
    images.clear();
    for (const auto& image : status["images"].items())
        for (const auto& image_name : image["names"].items()) images[image_name.as_string()] = image["sizeBytes"].as_int();
}

namespace {

bool scores_others(const PodInfo& pod) { return !pod.affinity.empty() || !pod.preferred_affinity.empty() || !pod.preferred_anti_affinity.empty(); }

}  // namespace

void NodeInfo::add_pod(const PodPtr& pod) {
    auto [it, added] = pods.try_emplace(pod->uid, pod);
    if (!added) {
        take_away(*it->second);
        it->second = pod;
    }
    requested.add(pod->request);
    nonzero_requested.add(pod->nonzero_request);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const PodGroup& g) { return g.id == pod->group; });
    if (group == groups.end()) groups.push_back({pod->group, 1, pod});
    else ++group->count;
    anti_affinity_pods += !pod->anti_affinity.empty();
    affinity_pods += scores_others(*pod);
}

void NodeInfo::take_away(const PodInfo& pod) {
    requested.add(pod.request, -1);
    nonzero_requested.add(pod.nonzero_request, -1);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const PodGroup& g) { return g.id == pod.group; });
    if (group != groups.end() && --group->count == 0) {
        *group = std::move(groups.back());
        groups.pop_back();
    }
    anti_affinity_pods -= !pod.anti_affinity.empty();
    affinity_pods -= scores_others(pod);
}

void NodeInfo::remove_pod(const std::string& uid) {
    auto it = pods.find(uid);
    if (it == pods.end()) return;
    take_away(*it->second);
    pods.erase(it);
}

}  // namespace skiff::scheduler
