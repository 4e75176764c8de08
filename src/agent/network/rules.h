// The network part of the nftables table: masquerading of pods to the outside, hairpin traffic, host ports. Pure except commit; chains and
// sets are named net-*, so that the proxy's part of the same table (svc-*) is left alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/network/pod_network.h"
#include "agent/sys/ip.h"
#include "agent/sys/nft.h"

namespace skiff::agent::network {

struct PodRules {
    sys::IpAddress address;
    std::vector<HostPort> host_ports;
};

// Everything, replacing what the net-* chains and sets held.
void build_rules(sys::NftBatch& batch, const sys::Cidr& cluster, const std::map<std::string, PodRules>& pods);
// One pod's elements, added to or taken from the existing sets.
void add_pod(sys::NftBatch& batch, const PodRules& pod);
void remove_pod(sys::NftBatch& batch, const PodRules& pod);
void remove_rules(sys::NftBatch& batch);

}  // namespace skiff::agent::network
