// Usage of nodes and pods: read from a node's /stats/summary, shown as metrics.k8s.io objects. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/object.h"
#include "base/clock.h"
#include "json/value.h"

namespace skiff::metrics_api {

struct Usage {
    int64_t nano_cores = 0, memory_bytes = 0;        // memory: the working set
};
struct ContainerUsage {
    std::string name;
    Usage usage;
};
struct PodUsage {
    std::string ns, name;
    std::vector<ContainerUsage> containers;
};
struct NodeUsage {
    std::optional<Usage> node;                        // nothing: no rate is known yet
    std::vector<PodUsage> pods;                       // those with a rate for each of their containers
    bool complete = true;                             // every container that runs has a rate
};
NodeUsage read_summary(const json::Value& summary);

// The objects. labels: of the Node or Pod, which selectors of the request look at.
json::Value node_metrics(const std::string& name, const api::Labels& labels, const Usage& usage, WallTime at, Duration window);
json::Value pod_metrics(const PodUsage& pod, const api::Labels& labels, WallTime at, Duration window);

}  // namespace skiff::metrics_api
