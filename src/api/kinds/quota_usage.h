// What one object costs in the names of ResourceQuota: pods, requests.cpu, count/deployments.apps, services.nodeports... The quota controller
// counts by it, and admission refuses by it. Pure.
#pragma once

#include "api/gvk.h"
#include "api/kinds/pod_resources.h"

namespace skiff::api::kinds {

Quantities quota_usage(const Gvr& gvr, const json::Value& object);
// The resource that a name of spec.hard counts: "pods" for requests.cpu, "deployments.apps" for count/deployments.apps.
std::string quota_resource(const std::string& hard_name);

}  // namespace skiff::api::kinds
