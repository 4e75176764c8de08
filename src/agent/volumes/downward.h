// Values of a pod's own fields for its containers: fieldRef and resourceFieldRef of environment variables and downwardAPI volumes. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::agent::volumes {

// What the object does not say (yet).
struct DownwardFacts {
    std::string node_name;
    std::vector<std::string> pod_ips, host_ips;
    int64_t allocatable_cpu_milli = 0, allocatable_memory_bytes = 0, allocatable_ephemeral_bytes = 0;   // stand in for absent limits
};

// metadata.name, metadata.labels['x'], spec.nodeName, status.podIP ...
Result<std::string> field_value(const json::Value& pod, const std::string& field_path, const DownwardFacts& facts);
// limits.cpu, requests.memory ... divided by divisor and rounded up.
Result<std::string> resource_value(const json::Value& pod, const json::Value& resource_field_ref, const std::string& container, const DownwardFacts& facts);

}  // namespace skiff::agent::volumes
