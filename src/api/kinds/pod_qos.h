// The quality of service class of a pod, from requests and limits of cpu and memory. Pure; any thread.
#pragma once

#include <string_view>

#include "json/value.h"

namespace skiff::api::kinds {

// Guaranteed, Burstable or BestEffort, for a PodSpec.
std::string_view pod_qos_class(const json::Value& spec);

}  // namespace skiff::api::kinds
