// What one Service means for this node's packets: frontends (address, protocol, port) and the endpoints behind each. Pure.
//
// Rules as Kubernetes has them: ready endpoints, or when there are none the serving ones that terminate (KEP-1669); traffic policies Local
// keep only this node's endpoints; NodePort and external traffic with policy Cluster is masqueraded, with Local never. With policy Cluster
// hints of the endpoints are followed: for this node, else for its zone, when every ready endpoint has one and some are for us.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "json/value.h"

namespace skiff::agent::proxy {

struct Endpoint {
    std::string ip;
    uint16_t port = 0;
    auto operator<=>(const Endpoint&) const = default;
};

enum class Masquerade { Never, FromOutside, Always };   // FromOutside: when the source is no pod

struct Frontend {
    std::string ip;                                      // "" a node port: any local address
    uint8_t protocol = 0;                                // IPPROTO_
    uint16_t port = 0;
    Masquerade masquerade = Masquerade::Never;
    int64_t affinity_s = 0;                              // 0: none
    std::vector<Endpoint> endpoints;                     // sorted; empty: refuse
    bool drop_when_empty = false;                        // policy Local without local endpoints: silence, not refusal
    std::vector<std::string> sources;                    // only from these ranges (loadBalancerSourceRanges), sorted; empty: from anywhere
    auto operator<=>(const Frontend&) const = default;
};

// Where the node stands.
struct NodePlace {
    std::string name;
    std::string zone = {};                               // "" unknown
};

// slices: all EndpointSlices of the Service.
std::vector<Frontend> service_frontends(const json::Value& service, const std::vector<const json::Value*>& slices, const NodePlace& place);

// Where load balancers ask whether this node has the Service's endpoints; 0: nowhere.
uint16_t health_check_port(const json::Value& service);
// How many ready endpoints of a Service are on this node.
size_t local_ready(const std::vector<const json::Value*>& slices, const std::string& node);

}  // namespace skiff::agent::proxy
