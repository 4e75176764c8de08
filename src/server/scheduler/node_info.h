// NodeInfo: what scheduling needs of a Node, with the pods that are on it or assumed there. Changed by Snapshot's owner only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/object.h"
#include "server/scheduler/pod_info.h"

namespace skiff::scheduler {

struct Taint {
    std::string key, value, effect;
};

struct NodeInfo {
    api::ObjectPtr object;                           // null while only pods are known
    std::string name;
    api::Labels labels;
    std::vector<Taint> taints;
    bool unschedulable = false;
    Amounts allocatable, requested, nonzero_requested;
    int64_t pods_max = 110;
    std::map<std::string, int64_t> images;           // name -> bytes
    std::map<std::string, PodPtr> pods;              // by uid

    const std::string* label(std::string_view key) const;
    void set_node(const api::ObjectPtr& node);
    void add_pod(const PodPtr& pod);
    void remove_pod(const std::string& uid);
};

}  // namespace skiff::scheduler
