// ClusterState: the snapshot that cycles look at, kept up to date by events and by the scheduler's own decisions: a pod is assumed on its node from the
// decision on, before its binding is written and seen. The scheduling thread's own.
#pragma once

#include <map>
#include <string>

#include "server/scheduler/snapshot.h"

namespace skiff::scheduler {

class ClusterState {
public:
    // What an event about a pod means for those that wait.
    struct PodNews {
        PodPtr pod;                                   // null: gone, or nothing new
        bool placed = false;                          // on a node
        bool fresh = false;                           // placed, and was not known to be
        bool left = false;                            // it took room on a node before, or more of it
        bool waits_for_binding = false;               // assumed; its binding is not seen yet
    };
    PodNews apply_pod(const api::ObjectPtr& before, const api::ObjectPtr& after);
    // True when a pod that did not fit may fit now.
    bool apply_node(const api::ObjectPtr& before, const api::ObjectPtr& after);

    void assume(const PodPtr& pod, const std::string& node);
    bool take_back(const PodPtr& pod);                // the binding failed; false: it is not assumed any more
    // A pod stands in snapshot().nominated while its status names a node and it is bound to none. Null removes it.
    void nominate(const std::string& uid, const PodPtr& pod);

    const Snapshot& snapshot() const { return snapshot_; }
    Snapshot& snapshot() { return snapshot_; }

private:
    bool confirms(const api::ObjectPtr& after);
    void place(const PodPtr& pod, const std::string& node);
    bool shrinks(const PodPtr& pod) const;
    void displace(const std::string& uid, const std::string& node);

    Snapshot snapshot_;
    std::map<std::string, NodeInfo> strangers_;       // nodes of which only pods are known
    std::map<std::string, std::string> placed_;       // pod uid -> node
    std::map<std::string, PodPtr> assumed_;           // by uid
    std::map<std::string, std::string> nominated_;    // pod uid -> node
};

}  // namespace skiff::scheduler
