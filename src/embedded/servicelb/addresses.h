// Which node addresses each Service of type LoadBalancer gets. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "json/value.h"

namespace skiff::servicelb {

struct NodeFacts {
    std::string name;
    std::vector<std::string> addresses;      // external ones first, then internal ones
    bool usable = false;                     // Ready, not going away, not excluded from load balancers
};
NodeFacts node_facts(const json::Value& node);

struct BalancedService {
    std::vector<std::string> addresses;
    std::string conflict;                    // why there are none: "port 80/TCP is taken by default/web"
};

// services: all of the cluster. local_nodes: for a Service key, the nodes with a ready endpoint (asked for externalTrafficPolicy Local only).
// Services that are not ours are left out of the result.
std::map<std::string, BalancedService> balance(const std::vector<const json::Value*>& services, const std::vector<NodeFacts>& nodes,
                                               const std::map<std::string, std::set<std::string>>& local_nodes, const std::set<uint16_t>& reserved_tcp);

// The status that shows these addresses; empty: no load balancer.
json::Value balancer_status(const std::vector<std::string>& addresses);

}  // namespace skiff::servicelb
