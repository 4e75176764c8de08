// One metric of a HorizontalPodAutoscaler: what it measures now, how many replicas that asks for, and its status. Reads the metrics APIs
// (metrics.k8s.io, custom.metrics.k8s.io, external.metrics.k8s.io) and pods through the controller's client.
#pragma once

#include <string>
#include <vector>

#include "client/client.h"
#include "server/controllers/hpa_replicas.h"

namespace skiff::controllers {

struct ScaleTarget {
    std::string ns, selector;                    // of the pods
    int64_t current = 0;                         // spec.replicas of the scale
    int64_t reported = 0;                        // status.replicas
    std::vector<api::ObjectPtr> pods;
};

struct MetricVerdict {
    int64_t replicas = 0;
    std::string name;                            // "cpu resource utilization (percentage of request)", for events
    json::Value status;                          // of status.currentMetrics
};
// A failure's message is Kubernetes'; reason: the condition's, FailedGetResourceMetric and the like.
Result<MetricVerdict> judge_metric(client::Client& client, const json::Value& metric, const ScaleTarget& target, WallTime now, std::string& reason);

}  // namespace skiff::controllers
