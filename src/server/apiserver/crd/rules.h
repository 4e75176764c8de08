// x-kubernetes-validations: the rules of a custom kind in CEL, added to its hooks. Any thread.
#pragma once

#include "api/kind.h"

namespace skiff::apiserver {

// A KindDecorator (api/custom_resource.h).
void add_rules(api::KindInfo& kind, const json::Value& version);

}  // namespace skiff::apiserver
