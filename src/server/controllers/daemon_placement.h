// Where a DaemonSet's pods belong and what to do on each node. Pure functions on values; the shell is daemon_set.cpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

struct NodeVerdict {
    bool should_run = false;         // a pod is to be made here
    bool may_continue = false;       // one that is here stays
};
NodeVerdict judge_node(const json::Value& daemon_set, const json::Value& node, const api::Meta& node_meta);

// The pod of one node: template, the tolerations that daemons have, and required affinity to exactly that node.
json::Value daemon_pod(const json::Value& daemon_set, const api::Object& owner, const std::string& node, const std::string& hash);
// The node that a pod is bound to or made for.
std::string daemon_target(const json::Value& pod);

struct DaemonSpec {
    std::string hash;                // of the present revision
    int64_t min_ready_s = 0;
    bool rolling = true;             // not OnDelete
    int64_t max_surge = 0, max_unavailable = 1;
};
// maxSurge and maxUnavailable of `desired` nodes.
DaemonSpec read_daemon_spec(const json::Value& daemon_set, const std::string& hash, int64_t desired);

// One node with the set's pods that stand on it, oldest first.
struct DaemonNode {
    std::string name;
    NodeVerdict verdict;
    std::vector<PodRef> pods;
};
bool is_current(const PodRef& pod, const DaemonSpec& spec);

struct DaemonPlan {
    std::vector<std::string> create_on;
    std::vector<PodRef> remove;
    std::vector<PodRef> failed, succeeded;      // finished pods to be removed for new ones (failed: subject to back-off)
};
// Missing and surplus pods.
DaemonPlan plan_daemon_pods(const DaemonSpec& spec, const std::vector<DaemonNode>& nodes, WallTime now);
// Replacement of pods of older revisions.
DaemonPlan plan_daemon_update(const DaemonSpec& spec, const std::vector<DaemonNode>& nodes, WallTime now);
// status of the nodes' pods; before: kept fields.
json::Value daemon_status(const DaemonSpec& spec, const std::vector<DaemonNode>& nodes, const json::Value& before, int64_t generation, WallTime now);

}  // namespace skiff::controllers
