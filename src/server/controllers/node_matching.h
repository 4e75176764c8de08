// Whether a pod may stand on a node, as far as controllers decide it: node name, node selector, required node affinity, taints. Pure.
#pragma once

#include <string_view>

#include "api/object.h"
#include "json/value.h"

namespace skiff::controllers {

// spec.nodeSelector and spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.
bool node_selected(const json::Value& pod_spec, const api::Meta& node);
bool tolerates(const json::Value& toleration, const json::Value& taint);
bool tolerated(const json::Value& tolerations, const json::Value& taint);
// A taint of the effect that no toleration covers.
bool has_untolerated(const json::Value& tolerations, const json::Value& taints, std::string_view effect);

}  // namespace skiff::controllers
