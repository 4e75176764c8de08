// The overlay between nodes: one VXLAN device without learning; each peer is one route, one neighbour and one forwarding entry. The MAC
// address follows from the node's address, so that nodes need to exchange nothing but what their Node objects say.
#pragma once

#include <string>
#include <vector>

#include "agent/network/pod_network.h"
#include "agent/sys/ip.h"
#include "agent/sys/links.h"

namespace skiff::agent::network {

// 02:… from the address: locally administered, the same on every node.
std::string vxlan_mac(const std::string& node_ip);
// Makes the device (or keeps the right one) and gives it the first address of the node's podCIDR with /32, the source of host traffic.
Status ensure_vxlan(sys::Links& links, const PodNetwork::Options& options, int mtu);
// Brings routes, neighbours and forwarding entries to exactly these peers. previous: what was set before (may hold less than is there).
Status apply_peers(sys::Links& links, const PodNetwork::Options& options, const std::vector<Peer>& previous, const std::vector<Peer>& wanted);

}  // namespace skiff::agent::network
