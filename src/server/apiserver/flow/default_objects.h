// The mandatory and suggested FlowSchemas and PriorityLevelConfigurations of Kubernetes v1.34.
#pragma once

#include <vector>

#include "json/value.h"

namespace skiff::apiserver::flow {

std::vector<json::Value> default_objects();
// Mandatory ones are always as they are here; suggested ones only while their annotation apf.kubernetes.io/autoupdate-spec says so.
bool is_mandatory(const json::Value& object);

}  // namespace skiff::apiserver::flow
