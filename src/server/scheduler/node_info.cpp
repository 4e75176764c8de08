#include "server/scheduler/node_info.h"

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

void NodeInfo::add_pod(const PodPtr& pod) {
    auto& held = pods[pod->uid];
    if (held) {
        requested.add(held->request, -1);
        nonzero_requested.add(held->nonzero_request, -1);
    }
    held = pod;
    requested.add(pod->request);
    nonzero_requested.add(pod->nonzero_request);
}

void NodeInfo::remove_pod(const std::string& uid) {
    auto it = pods.find(uid);
    if (it == pods.end()) return;
    requested.add(it->second->request, -1);
    nonzero_requested.add(it->second->nonzero_request, -1);
    pods.erase(it);
}

}  // namespace skiff::scheduler
