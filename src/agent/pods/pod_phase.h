// The phase of a pod from the statuses of its containers (Kubernetes, "Pod Lifecycle"). Pure.
#pragma once

#include <string>

#include "json/value.h"

namespace skiff::agent::pods {

// init_statuses and statuses as in PodStatus. ending: the pod is not to run any more and all containers have ended.
std::string pod_phase(const json::Value& pod, const json::Value& init_statuses, const json::Value& statuses, bool ending, bool initialized);

}  // namespace skiff::agent::pods
