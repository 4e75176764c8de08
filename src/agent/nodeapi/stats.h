// /stats/summary and /metrics/resource: what pods and the node use. Usage is read from cgroups when asked, never in between.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/node/machine.h"
#include "agent/nodeapi/net_dev.h"
#include "agent/pods/pod_disk.h"
#include "agent/pods/pod_manager.h"
#include "agent/runtime/runtime.h"
#include "base/clock.h"
#include "json/value.h"

namespace skiff::agent::nodeapi {

struct NodeUsage {
    int64_t cpu_usage_ns = 0, memory_usage_bytes = 0, memory_working_set_bytes = 0, memory_available_bytes = 0, memory_rss_bytes = 0;
    int64_t disk_bytes = 0, disk_available_bytes = 0, inodes = 0, inodes_free = 0;
};
NodeUsage read_node_usage(const std::string& data_dir);

struct ContainerUsage {
    std::string name, id, image;
    int64_t started_ns = 0;
    runtime::Usage usage;
};
struct PodUsage {
    pods::PodSnapshotPtr pod;
    runtime::Usage usage;
    std::vector<ContainerUsage> containers;
    std::vector<InterfaceUsage> network;            // empty on the node's network
    std::optional<pods::PodDisk> disk;              // where it was asked for: it takes a walk through folders
};
// Of running pods.
std::vector<PodUsage> read_pod_usage(const pods::PodManager& pods, runtime::Runtime& runtime);
void read_disks(std::vector<PodUsage>& pods, const pods::NodeConfig& config, images::ImageStore& images);

// Remembers the last cpu readings, so that rates (usageNanoCores) can be told from the second question on. One owner, one thread at a time.
class CpuRates {
public:
    // Nothing on the first reading.
    std::optional<int64_t> nano_cores(const std::string& key, int64_t cpu_ns, int64_t time_ns);
    void keep_only_recent(int64_t now_ns);

private:
    struct Reading {
        int64_t cpu_ns, time_ns, rate = -1;
    };
    std::map<std::string, Reading> readings_;
};

json::Value stats_summary(const std::string& node_name, const NodeUsage& node, const std::vector<PodUsage>& pods, CpuRates& rates, WallTime now, WallTime boot);
// Prometheus text.
std::string resource_metrics(const NodeUsage& node, const std::vector<PodUsage>& pods, WallTime now);

}  // namespace skiff::agent::nodeapi
