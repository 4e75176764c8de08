// PodNetwork: pod interfaces by bridge and veth, addresses from the node's podCIDR, host ports, VXLAN to other nodes. No CNI binaries.
//
// Address leases are files below Options::state_dir, so they survive a restart; kernel state is compared and repaired at open.
// Blocking, any thread, idempotent.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

namespace skiff::agent::network {

struct HostPort {
    std::string protocol;                  // TCP, UDP, SCTP
    uint16_t host_port = 0, container_port = 0;
    std::string host_ip;
};

struct PodAttachment {
    std::string pod_uid, pod_key;          // key: namespace/name, for messages
    std::string netns_path;
    std::vector<HostPort> host_ports;
};

struct Peer {                               // another node
    std::string name, node_ip, pod_cidr;
};

class PodNetwork {
public:
    struct Options {
        std::string state_dir;             // <data-dir>/agent/network
        std::string pod_cidr;              // this node's
        std::string cluster_cidr;          // all pods
        std::string service_cidr;          // of the cluster's Services; "" leaves the host without a route of last resort to them
        std::string node_ip;
        std::string bridge = "skiff0", vxlan = "skiff.1";
        uint16_t vxlan_port = 8472;
        int mtu = 0;                        // 0: the uplink's, less 50 for VXLAN
        std::string sysctl_record;         // file: settings of the machine as they were before us, for uninstall; "" none
        std::string table = "skiff";       // nftables table (inet family)
    };
    static Result<std::unique_ptr<PodNetwork>> open(const Options& options);
    virtual ~PodNetwork() = default;       // leaves everything in place

    // Returns the pod's addresses, IPv4 first.
    virtual Result<std::vector<std::string>> attach(const PodAttachment& pod) = 0;
    virtual Status detach(const std::string& pod_uid) = 0;
    // Frees what belongs to pods that are not listed.
    virtual Status keep_only(const std::vector<std::string>& pod_uids) = 0;
    virtual Status set_peers(const std::vector<Peer>& peers) = 0;
    // Looks whether our nftables rules are whole, and writes them anew when somebody flushed them.
    virtual Status repair() = 0;
    // Removes bridge, vxlan, veths and rules (skiff killall, uninstall).
    virtual Status destroy() = 0;
};

}  // namespace skiff::agent::network
