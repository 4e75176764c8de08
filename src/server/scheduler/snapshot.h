// Snapshot: all nodes as one cycle sees them, and the few cluster facts that filters need. Owned and changed by the scheduler's thread
// between cycles; read-only during one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/scheduler/node_info.h"

namespace skiff::scheduler {

// What the volumes of a pod ask of nodes; answered from claims, volumes and classes.
struct ClaimState {
    enum class Kind { Missing, Deleting, Bound, WaitForFirstConsumer, UnboundImmediate, Lost };
    Kind kind = Kind::Missing;
    std::string volume;                              // Lost: the one that is gone
    std::vector<NodeTerm> node_terms;                // Bound: the volume's node affinity (empty: anywhere)
    bool has_node_affinity = false;
    // WaitForFirstConsumer: volumes that would suit, by name, with their node affinity (empty: anywhere); and whether a provisioner makes one.
    struct Candidate {
        std::string volume;
        std::vector<NodeTerm> node_terms;
        bool has_node_affinity = false;
    };
    std::vector<Candidate> candidates;
    bool provisioned = false;
    std::vector<NodeTerm> allowed_topologies;        // of the class; empty: anywhere
    bool one_pod = false;                            // access mode ReadWriteOncePod
    // Bound: labels of the volume that name its zone or region, with the values that suit.
    std::vector<std::pair<std::string, std::vector<std::string>>> zones;
    // What attaches the volume, and which it is: two claims of one volume count once. "": nothing that is limited.
    std::string driver, handle;
};

// Like pods of the cluster, and on how many of each node they are: what a selector says of one it says of all.
struct PodGroup {
    PodPtr pod;                                      // one of them
    std::unordered_map<const NodeInfo*, int64_t> nodes;
    bool anti_affinity = false, affinity = false;    // they bring required anti-affinity; terms that count in scores
};

class DeviceState;

struct Snapshot {
    Snapshot() = default;
    Snapshot(const Snapshot&) = delete;              // groups point to nodes
    Snapshot& operator=(const Snapshot&) = delete;

    std::map<std::string, NodeInfo> nodes;           // with object != null
    std::unordered_map<uint64_t, PodGroup> groups;   // by PodInfo::group: all pods of nodes
    size_t anti_affinity_groups = 0, affinity_groups = 0;
    // Pods come and go through these, so that groups say the same as nodes.
    void add_pod(NodeInfo& node, const PodPtr& pod);
    void remove_pod(NodeInfo& node, const std::string& uid);
    void count_in(const NodeInfo& node);             // a node that comes with pods
    void count_out(const NodeInfo& node);

    // Labels of a namespace, null when unknown.
    std::function<const api::Labels*(const std::string& ns)> namespace_labels;
    std::function<ClaimState(const std::string& ns, const std::string& claim)> claim;
    // How many volumes of a driver a node takes (CSINode); nothing when not limited.
    std::function<std::optional<int64_t>(const std::string& node, const std::string& driver)> volume_limit;
    const DeviceState* devices = nullptr;            // devices/: ResourceClaims and what they may have; null: nobody knows
    // Pods for which room was made, by node: not bound yet, but nobody of lower priority may take their place.
    std::map<std::string, std::vector<PodPtr>> nominated;

private:
    void count(const PodPtr& pod, const NodeInfo& node);
    void uncount(const PodInfo& pod, const NodeInfo& node);
};

}  // namespace skiff::scheduler
