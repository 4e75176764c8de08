// Requests and limits as cgroup settings and OOM scores, as the kubelet converts them. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "agent/runtime/runtime.h"
#include "json/value.h"

namespace skiff::agent::pods {

runtime::Resources container_resources(const json::Value& pod, const json::Value& container, int64_t node_memory_bytes);
// The pod's own cgroup: the sum of its containers, limits only where every container has one.
runtime::Resources pod_resources(const json::Value& pod);
// kubepods/burstable/pod<uid>
std::string pod_cgroup(const json::Value& pod, const std::string& uid);
// What the pod asks of the node: sum of containers or largest init container, with sidecars and overhead. resource: cpu (milli) or other.
int64_t pod_request(const json::Value& pod, const std::string& resource);

}  // namespace skiff::agent::pods
