#include "agent/agent.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "agent/agent_network.h"
#include "agent/eviction/evictor.h"
#include "agent/images/image_socket.h"
#include "agent/images/image_store.h"
#include "agent/node/node_agent.h"
#include "agent/nodeapi/node_api.h"
#include "agent/pods/pod_manager.h"
#include "agent/pods/static_pods.h"
#include "agent/runtime/runtime.h"
#include "agent/sys/poller.h"
#include "agent/sys/timers.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/thread_pool.h"
#include "reconcile/events.h"
#include "reconcile/informer.h"

namespace skiff::agent {

namespace {

const api::Gvr kPods{"", "v1", "pods"};
const api::Gvr kServices{"", "v1", "services"};
const api::Gvr kNodes{"", "v1", "nodes"};
constexpr const char* kHelloImage = "skiff/hello";
constexpr Duration kSyncStep = std::chrono::seconds(1);

// Service variables of a pod: the API's own Service for all, those of its namespace when it wants them.
std::vector<api::ObjectPtr> service_list(const reconcile::Informer& services, const std::string& ns, bool links) {
    std::vector<api::ObjectPtr> result;
    const api::ObjectPtr kubernetes = services.get("default", "kubernetes");
    if (kubernetes) result.push_back(kubernetes);
    if (links)
        for (auto& service : services.list(ns))
            if (service != kubernetes) result.push_back(std::move(service));
    return result;
}

}  // namespace

// In the order of making; destroyed in the reverse.
struct Agent::Parts {
    AgentOptions options;
    NodeCredentials credentials;
    std::shared_ptr<client::Client> client;
    net::IoThreads& io;
    Clock& clock;
    node::Machine machine;
    sys::Timers timers;
    sys::Poller poller;
    std::unique_ptr<images::ImageStore> images;
    std::unique_ptr<images::ImageSocket> image_socket;       // for `skiff image`; after the store that it uses
    std::unique_ptr<runtime::Runtime> runtime;
    std::unique_ptr<reconcile::EventRecorder> events;
    std::unique_ptr<reconcile::InformerFactory> informers;
    std::shared_ptr<reconcile::Informer> pods_informer, services_informer, nodes_informer;
    std::unique_ptr<pods::PodManager> pods;
    pods::NodeConfig pod_config;
    std::unique_ptr<node::NodeAgent> node;
    std::unique_ptr<eviction::Evictor> evictor;
    std::unique_ptr<AgentNetwork> network;
    std::unique_ptr<pods::StaticPods> manifests;
    std::unique_ptr<nodeapi::NodeApi> node_api;
    std::jthread adopter;                                    // waits for the first lists, then ends
    std::jthread importer;                                   // loads image archives, then ends
    bool started = false;

    Parts(AgentOptions o, NodeCredentials c, std::shared_ptr<client::Client> cl, net::IoThreads& i, Clock& k)
        : options(std::move(o)), credentials(std::move(c)), client(std::move(cl)), io(i), clock(k), timers(k) {}

    Status open();
    Status open_pods();
    void make_node();
    void make_evictor();
    void make_network();
    Status start_node_api();
    void import_images(const std::stop_token& stop);
    std::string agent_dir() const { return options.data_dir + "/agent"; }
};

Status Agent::Parts::open() {
    if (options.node_name.empty()) options.node_name = default_node_name();
    if (options.node_ips.empty()) {
        const std::string ip = default_node_ip();
        if (ip.empty()) return error(Reason::BadRequest, "this machine has no address; name one with --node-ip");
        options.node_ips = {ip};
    }
    TRY(file::make_dirs(agent_dir(), 0755));
    machine = node::read_machine(options.data_dir);
    images = TRY(images::ImageStore::open({.root = agent_dir() + "/images-store", .registries_yaml = options.registries_yaml, .architecture = ""}).context("image store"));
    runtime::Runtime::Options runtime_options;
    runtime_options.state_dir = options.state_dir;
    runtime_options.cgroup_root = options.cgroup_root;
    runtime = TRY(runtime::Runtime::open(runtime_options).context("container runtime"));
    events = reconcile::EventRecorder::create(client, clock, "kubelet", options.node_name);
    informers = reconcile::InformerFactory::create(client, clock);
    pods_informer = informers->informer(kPods, "spec.nodeName=" + options.node_name);
    services_informer = informers->informer(kServices);
    nodes_informer = informers->informer(kNodes);
    TRY(open_pods());
    make_node();
    make_evictor();
    if (options.network) make_network();
    return {};
}

Status Agent::Parts::open_pods() {
    const node::Allocatable allocatable = node::allocatable(machine);
    pods::PodManager::Options pod_options;
    pods::NodeConfig& config = pod_options.config;
    config.node_name = options.node_name;
    config.node_ips = options.node_ips;
    config.pods_dir = agent_dir() + "/pods";
    config.seccomp_root = agent_dir() + "/seccomp";
    config.dns.domain = credentials.cluster_domain.empty() ? "cluster.local" : credentials.cluster_domain;
    if (!credentials.cluster_dns.empty() && options.dns) config.dns.servers = {credentials.cluster_dns};
    config.resolv_conf = options.resolv_conf;
    config.cpu_milli = allocatable.cpu_milli;
    config.memory_bytes = allocatable.memory_bytes;
    config.memory_capacity_bytes = machine.memory_bytes;
    config.ephemeral_bytes = allocatable.ephemeral_bytes;
    config.pods_max = options.pods_max;
    pod_config = config;
    pod_options.memory_dir = agent_dir() + "/memory";
    pod_options.client = client;
    pod_options.pods = pods_informer;
    pod_options.services = [services = services_informer](const std::string& ns, bool links) { return service_list(*services, ns, links); };
    pod_options.runtime = runtime.get();
    pod_options.images = images.get();
    pod_options.events = events.get();
    pod_options.io = &io;
    pod_options.timers = &timers;
    pod_options.poller = &poller;
    pod_options.clock = &clock;
    pods = TRY(pods::PodManager::create(std::move(pod_options)));
    return {};
}

void Agent::Parts::make_node() {
    node::NodeAgent::Options node_options;
    node_options.identity.name = options.node_name;
    node_options.identity.ips = options.node_ips;
    node_options.identity.labels = options.node_labels;
    node_options.identity.taints = options.node_taints;
    node_options.identity.runtime_version = runtime->version();
    node_options.identity.kubelet_port = options.kubelet_port;
    node_options.identity.pods_max = options.pods_max;
    node_options.machine = machine;
    node_options.data_dir = options.data_dir;
    node_options.client = client;
    node_options.clock = &clock;
    node_options.images = [this] { return images->list(); };
    node = node::NodeAgent::create(std::move(node_options));
    if (!options.network) node->set_network(true);           // somebody else's network, or host network only
}

void Agent::Parts::make_evictor() {
    eviction::Evictor::Options eviction_options;
    eviction_options.data_dir = options.data_dir;
    eviction_options.config = pod_config;
    eviction_options.pods = pods.get();
    eviction_options.node = node.get();
    eviction_options.runtime = runtime.get();
    eviction_options.images = images.get();
    eviction_options.events = events.get();
    eviction_options.clock = &clock;
    evictor = eviction::Evictor::create(std::move(eviction_options));
}

void Agent::Parts::make_network() {
    AgentNetwork::Options network_options;
    network_options.node_name = options.node_name;
    network_options.node_ip = options.node_ips.front();
    network_options.state_dir = agent_dir() + "/network";
    network_options.sysctl_record = options.state_dir + "/sysctls";
    network_options.cluster_cidr = credentials.cluster_cidr;
    network_options.service_cidr = credentials.service_cidr;
    network_options.cluster_dns = credentials.cluster_dns;
    network_options.cluster_domain = credentials.cluster_domain.empty() ? "cluster.local" : credentials.cluster_domain;
    network_options.resolv_conf = options.resolv_conf;
    network_options.proxy = options.proxy;
    network_options.policies = options.policies;
    network_options.dns = options.dns && !credentials.cluster_dns.empty();
    network_options.nodes = nodes_informer;
    network_options.informers = informers.get();
    network_options.io = &io;
    network_options.changed = [this](network::PodNetwork* up, const std::string& problem) {
        if (up) pods->set_network(up);
        node->set_network(up != nullptr, problem);
    };
    network = std::make_unique<AgentNetwork>(std::move(network_options));
}

Status Agent::Parts::start_node_api() {
    nodeapi::NodeApi::Options api_options;
    api_options.address = options.kubelet_address;
    api_options.port = options.kubelet_port;
    api_options.tls.certificate_pem = credentials.serving_certificate_pem;
    api_options.tls.key_pem = credentials.serving_key_pem;
    api_options.tls.client_ca_pem = credentials.client_ca_pem;
    api_options.node_name = options.node_name;
    api_options.data_dir = options.data_dir;
    api_options.machine = machine;
    api_options.config = pod_config;
    api_options.client = client;
    api_options.pods = pods.get();
    api_options.runtime = runtime.get();
    api_options.images = images.get();
    api_options.io = &io;
    api_options.poller = &poller;
    api_options.timers = &timers;
    api_options.clock = &clock;
    node_api = TRY(nodeapi::NodeApi::start(std::move(api_options)));
    return {};
}

// The image that every node has (this executable as a page that says hello), and archives that the user put into <data-dir>/agent/images.
void Agent::Parts::import_images(const std::stop_token& stop) {
    bool any = false;
    if (auto hello = images->add_builtin(kHelloImage, "/proc/self/exe", {"/skiff", "hello"}, {"SKIFF_NODE_NAME=" + options.node_name}); hello.ok()) any = true;
    else log::warn("images", "the hello image is missing", {{"error", hello.status().message()}});
    const std::string dir = agent_dir() + "/images";
    if (!file::make_dirs(dir).ok()) return;
    for (const auto& name : file::list_dir(dir).value_or({})) {
        if (stop.stop_requested()) return;
        auto imported = images->import(dir + "/" + name);
        if (!imported.ok()) log::warn("images", "archive not imported", {{"file", name}, {"error", imported.status().message()}});
        any = any || imported.ok();
    }
    if (any) node->report_soon();
}

Agent::Agent(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Agent::~Agent() { stop(); }

Result<std::unique_ptr<Agent>> Agent::create(AgentOptions options, NodeCredentials credentials, std::shared_ptr<client::Client> client, net::IoThreads& io, Clock& clock) {
    auto parts = std::make_unique<Parts>(std::move(options), std::move(credentials), std::move(client), io, clock);
    TRY(parts->open());
    return std::unique_ptr<Agent>(new Agent(std::move(parts)));
}

Status Agent::start() {
    Parts& parts = *parts_;
    parts.started = true;
    TRY(parts.start_node_api());
    parts.pods->start();                                     // before the informer: it hears all pods as additions
    parts.manifests = TRY(pods::StaticPods::start(parts.agent_dir() + "/pod-manifests", parts.options.node_name, parts.poller, parts.timers, parts.clock,
                                                  [&parts](std::vector<api::ObjectPtr> found) { parts.pods->set_static(std::move(found)); }));
    parts.informers->start();
    parts.node->start();
    parts.evictor->start();
    if (parts.network) parts.network->start();
    parts.adopter = std::jthread([&parts](const std::stop_token& stop) {
        set_thread_name("agent-start");
        while (!stop.stop_requested() && !parts.pods_informer->synced()) parts.informers->wait_synced(kSyncStep);
        if (!stop.stop_requested()) parts.pods->sources_ready();
    });
    if (auto socket = images::ImageSocket::start(*parts.images, images::image_socket_path(parts.options.state_dir), [&parts] { parts.node->report_soon(); }); socket.ok())
        parts.image_socket = std::move(*socket);
    else log::warn("images", "no socket for `skiff image`", {{"error", socket.status().message()}});
    parts.importer = std::jthread([&parts](const std::stop_token& stop) {
        set_thread_name("image-import");
        parts.import_images(stop);
    });
    return {};
}

void Agent::stop() {
    if (!parts_ || !parts_->started) return;
    Parts& parts = *parts_;
    parts.started = false;
    parts.adopter.request_stop();
    parts.image_socket.reset();
    parts.importer.request_stop();
    if (parts.node_api) parts.node_api->stop();
    parts.manifests.reset();
    if (parts.network) parts.network->stop();
    parts.evictor->stop();
    parts.node->stop();
    if (parts.adopter.joinable()) parts.adopter.join();
    parts.informers->stop();
    parts.pods->stop();
    if (parts.importer.joinable()) parts.importer.join();
    parts.events->flush();
    parts.timers.stop();
    parts.poller.stop();
}

uint16_t Agent::node_api_port() const { return parts_->node_api ? parts_->node_api->port() : 0; }

std::string default_node_name() {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return lower(name);
}

std::string default_node_ip() { return node::primary_ip(); }

}  // namespace skiff::agent
