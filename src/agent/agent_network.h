// AgentNetwork: the parts that depend on what the cluster says of this node: pod network once the Node has its podCIDR, peers, Services, DNS.
// One small thread that sleeps until a Node changes.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "agent/network/pod_network.h"
#include "agent/policy/policy_agent.h"
#include "agent/proxy/proxy.h"
#include "base/status.h"
#include "embedded/dns/dns_server.h"
#include "reconcile/informer.h"

namespace skiff::agent {

class AgentNetwork {
public:
    struct Options {
        std::string node_name, node_ip, state_dir, cluster_cidr, service_cidr, cluster_dns, cluster_domain, resolv_conf;
        std::string sysctl_record;                               // see PodNetwork::Options
        bool proxy = true, dns = true, policies = true;
        std::shared_ptr<reconcile::Informer> nodes;              // all of them
        reconcile::InformerFactory* informers = nullptr;
        net::IoThreads* io = nullptr;                            // health ports of Services
        // The pod network stands, or why it does not.
        std::function<void(network::PodNetwork*, const std::string& problem)> changed;
    };
    // Takes its informers; call before they start.
    explicit AgentNetwork(Options options);
    ~AgentNetwork();                                             // stop(); leaves rules and interfaces
    void start();
    void stop();

private:
    void work();
    Status bring_up();
    Status open_network(const std::string& pod_cidr);
    Status start_dns();
    void update_peers();

    Options options_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false, dirty_ = true, disturbed_ = false;
    std::thread thread_;
    std::unique_ptr<network::PodNetwork> network_;
    std::unique_ptr<proxy::Proxy> proxy_;
    std::unique_ptr<policy::PolicyAgent> policies_;
    std::unique_ptr<dns::DnsServer> dns_;
};

}  // namespace skiff::agent
