#include "agent/agent_network.h"

#include <vector>

#include "agent/sys/ip.h"
#include "agent/sys/links.h"
#include "base/log.h"
#include "base/thread_pool.h"
#include "embedded/dns/directory.h"

namespace skiff::agent {

namespace {

constexpr std::chrono::seconds kRetry{2};
constexpr const char* kBridge = "skiff0";

std::string internal_ip(const json::Value& node) {
    for (const auto& address : node["status"]["addresses"].items())
        if (address["type"].as_string() == "InternalIP") return address["address"].as_string();
    return {};
}

}  // namespace

AgentNetwork::AgentNetwork(Options options) : options_(std::move(options)) {
    options_.nodes->add_handlers({[this](const api::ObjectPtr& previous, const api::ObjectPtr& current) {
        // Nodes report often; only podCIDR and addresses concern us.
        if (previous && current) {
            const api::TreePtr before = previous->tree(), after = current->tree();
            if ((*before)["spec"]["podCIDR"] == (*after)["spec"]["podCIDR"] && (*before)["status"]["addresses"] == (*after)["status"]["addresses"]) return;
        }
        std::lock_guard lock(mutex_);
        dirty_ = true;
        changed_.notify_one();
    }});
    if (options_.proxy) {
        auto sink = proxy::open_kernel_sink("skiff", options_.cluster_cidr);
        if (!sink.ok()) {
            log::error("agent", "Services are not served", {{"error", sink.status().message()}});
        } else {
            proxy::Proxy::Options proxy_options;
            proxy_options.node_name = options_.node_name;
            proxy_options.io = options_.io;
            if (options_.dns) proxy_options.own_addresses = {options_.cluster_dns};
            proxy_options.on_disturbed = [this] {
                std::lock_guard lock(mutex_);
                disturbed_ = true;
                changed_.notify_one();
            };
            proxy_ = proxy::Proxy::create(std::move(proxy_options), *options_.informers, std::move(*sink));
        }
    }
    if (options_.policies) {
        auto policies = policy::PolicyAgent::create({.node_name = options_.node_name}, *options_.informers);
        if (policies.ok()) policies_ = std::move(*policies);
        else log::error("agent", "NetworkPolicies are not served", {{"error", policies.status().message()}});
    }
}

AgentNetwork::~AgentNetwork() { stop(); }

void AgentNetwork::start() {
    if (proxy_) proxy_->start();
    if (policies_) policies_->start();
    thread_ = std::thread([this] {
        set_thread_name("agent-network");
        work();
    });
}

void AgentNetwork::stop() {
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
        changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
    if (proxy_) proxy_->stop();
    if (policies_) policies_->stop();
    if (dns_) dns_->stop();
}

void AgentNetwork::work() {
    for (;;) {
        bool disturbed;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return stopped_ || dirty_ || disturbed_; });
            if (stopped_) return;
            dirty_ = false;
            disturbed = std::exchange(disturbed_, false);
        }
        if (disturbed && network_) (void)network_->repair();
        if (const Status up = bring_up(); !up.ok()) {
            log::warn("agent", "pod network", {{"error", up.message()}});
            if (!network_) options_.changed(nullptr, up.message());
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, kRetry, [&] { return stopped_ || dirty_; });
            dirty_ = true;
        }
    }
}

Status AgentNetwork::bring_up() {
    if (!network_) {
        const api::ObjectPtr own = options_.nodes->get("", options_.node_name);
        if (!own) return {};                                 // its arrival is a change
        const std::string cidr = (*own->tree())["spec"]["podCIDR"].as_string();
        if (cidr.empty()) return {};
        TRY(open_network(cidr));
    }
    update_peers();
    if (options_.dns && !dns_) TRY(start_dns());
    return {};
}

Status AgentNetwork::open_network(const std::string& pod_cidr) {
    network::PodNetwork::Options network_options;
    network_options.sysctl_record = options_.sysctl_record;
    network_options.state_dir = options_.state_dir;
    network_options.pod_cidr = pod_cidr;
    network_options.cluster_cidr = options_.cluster_cidr;
    network_options.service_cidr = options_.service_cidr;
    network_options.node_ip = options_.node_ip;
    network_options.bridge = kBridge;
    network_ = TRY(network::PodNetwork::open(network_options));
    options_.changed(network_.get(), "");
    return {};
}

void AgentNetwork::update_peers() {
    std::vector<network::Peer> peers;
    for (const auto& node : options_.nodes->list()) {
        if (node->meta().name == options_.node_name) continue;
        const api::TreePtr tree = node->tree();
        const std::string ip = internal_ip(*tree), cidr = (*tree)["spec"]["podCIDR"].as_string();
        if (!ip.empty() && !cidr.empty()) peers.push_back({node->meta().name, ip, cidr});
    }
    if (const Status set = network_->set_peers(peers); !set.ok()) log::warn("agent", "peers", {{"error", set.message()}});
}

// The cluster DNS address is one of this node's own: a pod's query never leaves the machine.
Status AgentNetwork::start_dns() {
    sys::Links links = TRY(sys::Links::open());
    const sys::Link bridge = TRY(links.get(kBridge));
    const sys::IpAddress address = TRY(sys::IpAddress::parse(options_.cluster_dns));
    TRY(links.add_address(bridge.index, {address, static_cast<int>(address.size() * 8)}));
    dns::DnsServer::Options dns_options;
    dns_options.addresses = {options_.cluster_dns};
    dns_options.domain = options_.cluster_domain;
    dns_options.resolv_conf = options_.resolv_conf;
    dns_ = TRY(dns::DnsServer::start(std::move(dns_options), dns::informed_directory(*options_.informers)).context("cluster DNS"));
    options_.informers->start();                             // those that DNS has asked for
    return {};
}

}  // namespace skiff::agent
