// Agent: the composition root of a node: images, runtime, pods, network, Services, DNS, node API, Node object. Wiring only.
//
// Used by `skiff agent` with a remote client and by `skiff server` with the in-process one. stop() (and the destructor) leaves all pods
// running; the next start adopts them. io and client outlive the agent.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/node_credentials.h"
#include "base/clock.h"
#include "client/client.h"
#include "net/io_threads.h"

namespace skiff::agent {

struct AgentOptions {
    std::string data_dir = "/var/lib/skiff";
    std::string node_name;                                       // default_node_name() when empty
    std::vector<std::string> node_ips;                           // found when empty
    std::vector<std::pair<std::string, std::string>> node_labels;
    std::vector<std::string> node_taints;                        // key=value:Effect
    uint16_t kubelet_port = 10250;
    std::string kubelet_address = "0.0.0.0";
    std::string state_dir = "/run/skiff", cgroup_root = "skiff"; // one of each per server on a machine
    std::string registries_yaml = "/etc/skiff/registries.yaml";
    std::string resolv_conf = "/etc/resolv.conf";
    int pods_max = 110;
    bool network = true, proxy = true, dns = true, policies = true;   // --disable
};

class Agent {
public:
    // Opens what the node has on disk and in the kernel. Nothing runs yet.
    static Result<std::unique_ptr<Agent>> create(AgentOptions options, NodeCredentials credentials, std::shared_ptr<client::Client> client, net::IoThreads& io,
                                                 Clock& clock = Clock::system());
    ~Agent();                                                    // stop()
    Status start();
    void stop();
    uint16_t node_api_port() const;

private:
    struct Parts;
    explicit Agent(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

// Lower-case host name, as kubernetes.io/hostname.
std::string default_node_name();
// The address that the node is reached by; "" when there is none.
std::string default_node_ip();

}  // namespace skiff::agent
