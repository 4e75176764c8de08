// What one object costs in the names of ResourceQuota: pods, requests.cpu, count/deployments.apps, services.nodeports... Pure.
#pragma once

#include "api/kind.h"
#include "server/apiserver/admission/pod_resources.h"

namespace skiff::apiserver {

Quantities usage_of(const api::KindInfo& kind, const json::Value& object);

}  // namespace skiff::apiserver
