// The component statuses that `kubectl get componentstatuses` lists. Pure.
#pragma once

#include <vector>

#include "api/object.h"

namespace skiff::apiserver {

std::vector<api::ObjectPtr> component_statuses();

}  // namespace skiff::apiserver
