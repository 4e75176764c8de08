// Conversion webhooks of custom resources (apiextensions.k8s.io/v1 ConversionReview). Blocks: pool threads only.
#pragma once

#include <vector>

#include "api/custom_resource.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {

// The objects in the version of `to`, in their order. What the webhook may not change (name, namespace, uid, kind) is checked; labels and
// annotations are taken. InternalError `conversion webhook for example.com/v1, Kind=Thing failed: ...`.
Result<std::vector<json::Value>> convert_by_webhook(Core& core, const api::CustomDefinition& definition, const api::KindInfo& to, std::vector<json::Value> objects);

}  // namespace skiff::apiserver
