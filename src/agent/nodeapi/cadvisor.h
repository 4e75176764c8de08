// /metrics/cadvisor: the usual series of containers and pods, with the names and labels that dashboards know. Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/node/machine.h"
#include "agent/nodeapi/stats.h"

namespace skiff::agent::nodeapi {

std::string cadvisor_metrics(const node::Machine& machine, const std::vector<PodUsage>& pods);

}  // namespace skiff::agent::nodeapi
