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

// Like pods on one node: what a selector says of one it says of all.
struct PodGroup {
    uint64_t id;
    int64_t count;
    PodPtr pod;                                      // one of them
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
    std::vector<PodGroup> groups;                    // the same pods
    // Pods with required anti-affinity, and with terms that count in scores.
    int64_t anti_affinity_pods = 0, affinity_pods = 0;

    const std::string* label(std::string_view key) const;
    void set_node(const api::ObjectPtr& node);
    void add_pod(const PodPtr& pod);
    void remove_pod(const std::string& uid);

private:
    void take_away(const PodInfo& pod);              // from the sums, not from pods
};

}  // namespace skiff::scheduler
