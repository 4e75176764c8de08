// What the NetworkPolicies of the cluster mean for each pod of this node (networking.k8s.io/v1). Pure, IPv4.
//
// A pod that some policy selects for a direction is isolated in it: only what one of the policies allows may pass. Pods in the host's network
// are neither selected nor recognised as peers.
#pragma once

#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "api/object.h"
#include "json/value.h"

namespace skiff::agent::policy {

struct ContainerPort {
    std::string name;
    uint8_t protocol = 0;                    // IPPROTO_
    uint16_t port = 0;
    auto operator<=>(const ContainerPort&) const = default;
};

struct PodFacts {
    std::string ns, node, ip;                // ip "": no address, host network, or ended
    api::Labels labels;
    std::vector<ContainerPort> ports;
    bool operator==(const PodFacts&) const = default;
};
PodFacts pod_facts(const json::Value& pod, const api::Labels& labels);

struct NamespaceFacts {
    std::string name;
    api::Labels labels;
};

struct Block {
    std::string cidr;
    std::vector<std::string> except;
    auto operator<=>(const Block&) const = default;
};

struct PortRange {
    uint8_t protocol = 0;
    uint16_t from = 0, to = 0;               // both 0: every port
    auto operator<=>(const PortRange&) const = default;
};

// One rule: any of the peers with any of the ports.
struct Allow {
    bool any_peer = false, any_port = false;
    std::set<std::string> addresses;         // of pods
    std::vector<Block> blocks;
    std::vector<PortRange> ports;
    auto operator<=>(const Allow&) const = default;
};

struct PodPolicy {
    std::string address;
    bool ingress_isolated = false, egress_isolated = false;
    std::vector<Allow> ingress, egress;
    auto operator<=>(const PodPolicy&) const = default;
};

// policies: whole objects. The result is sorted by address and leaves out pods that no policy selects.
std::vector<PodPolicy> pod_policies(const std::vector<const json::Value*>& policies, const std::vector<const PodFacts*>& pods,
                                    const std::vector<NamespaceFacts>& namespaces, const std::string& node_name);

}  // namespace skiff::agent::policy
