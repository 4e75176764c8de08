// Snapshot: all nodes as one cycle sees them, and the few cluster facts that filters need. Owned and changed by the scheduler's thread
// between cycles; read-only during one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
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
};

struct Snapshot {
    std::map<std::string, NodeInfo> nodes;           // with object != null
    // Labels of a namespace, null when unknown.
    std::function<const api::Labels*(const std::string& ns)> namespace_labels;
    std::function<ClaimState(const std::string& ns, const std::string& claim)> claim;
    // Pods for which room was made, by node: not bound yet, but nobody of lower priority may take their place.
    std::map<std::string, std::vector<PodPtr>> nominated;
    size_t anti_affinity_nodes = 0;                  // nodes that have pods with required anti-affinity
    size_t affinity_nodes = 0;
};

}  // namespace skiff::scheduler
