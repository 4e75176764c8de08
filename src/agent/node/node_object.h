// The Node object as the kubelet registers and updates it. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/images/image_store.h"
#include "agent/node/machine.h"
#include "base/clock.h"
#include "json/value.h"

namespace skiff::agent::node {

struct NodeIdentity {
    std::string name;
    std::vector<std::string> ips;                                    // IPv4 first
    std::vector<std::pair<std::string, std::string>> labels;         // beyond the usual ones
    std::vector<std::string> taints;                                 // key=value:Effect
    std::string runtime_version;                                     // runc://1.1.5
    uint16_t kubelet_port = 10250;
    int pods_max = 110;
    std::vector<std::string> remarks;                                // what the kernel refuses that is optional: a node condition
};

struct NodeState {
    bool network_ready = false, runtime_ready = true;
    std::string network_message, runtime_message;                    // when not ready
    Pressure pressure;
    bool memory_pressure = false, disk_pressure = false, pid_pressure = false;   // as eviction sees it, beyond what pressure says itself
    std::vector<images::Image> images;
};

// What is kept free of pods: memory 100Mi, disk 10 %.
struct Allocatable {
    int64_t cpu_milli = 0, memory_bytes = 0, ephemeral_bytes = 0;
};
Allocatable allocatable(const Machine& machine);

json::Value usual_labels(const NodeIdentity& identity, const Machine& machine);
json::Value new_node(const NodeIdentity& identity, const Machine& machine);
// previous: conditions as last written; lastTransitionTime is kept where the status did not change.
json::Value node_status(const NodeIdentity& identity, const Machine& machine, const NodeState& state, const json::Value& previous, WallTime now);
// Somebody else may advertise extended resources (vendor.example/thing) in the capacity of the node: seen is the status that is there, status gets
// them as capacity and as allocatable. The names that only allocatable still has are returned: they go.
std::vector<std::string> keep_extended_resources(json::Value& status, const json::Value& seen);
// Differs in more than heartbeat times.
bool status_changed(const json::Value& before, const json::Value& after);
// "key=value:NoSchedule", "key:NoExecute"; null when malformed.
json::Value parse_taint(const std::string& text);

}  // namespace skiff::agent::node
