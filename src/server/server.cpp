#include "server/server.h"

#include <algorithm>

#include "base/file.h"
#include "base/log.h"
#include "base/thread_pool.h"
#include "embedded/local_storage/provisioner.h"
#include "embedded/local_storage/volume_plan.h"
#include "embedded/servicelb/service_lb.h"
#include "embedded/metrics/metrics_source.h"
#include "pki/jwt.h"
#include "reconcile/lease.h"
#include "reconcile/runtime.h"
#include "server/apiserver/api_server.h"
#include "server/authentication.h"
#include "server/controllers/controllers.h"
#include "server/node_calls.h"
#include "server/scheduler/scheduler.h"
#include "server/secrets_encryption.h"
#include "server/server_setup.h"
#include "server/store/store.h"

namespace skiff::server {

namespace {

// Joining is rare; one thread keeps its blocking reads off the io threads.
constexpr size_t kJoinThreads = 1, kJoinQueueMax = 64;
constexpr size_t kControllerWorkers = 4;
constexpr size_t kBinders = 16;              // bindings that wait for one commit together
// History is kept five minutes however little happened, as Kubernetes does; below this many events it stays longer.
constexpr size_t kHistoryEvents = 100;

apiserver::User system_user(std::string name, std::vector<std::string> groups) {
    groups.emplace_back(apiserver::kAuthenticated);
    return {std::move(name), "", std::move(groups), {}};
}

// What extension API servers read to know our clients and us.
json::Value extension_authentication(const ServerPki& pki) {
    json::Value data = json::Value::object({{"client-ca-file", pki.client_ca.certificate_pem()},
                                            {"requestheader-client-ca-file", pki.request_header_ca.certificate_pem()},
                                            {"requestheader-allowed-names", "[\"system:auth-proxy\"]"},
                                            {"requestheader-username-headers", "[\"X-Remote-User\"]"},
                                            {"requestheader-uid-headers", "[\"X-Remote-Uid\"]"},
                                            {"requestheader-group-headers", "[\"X-Remote-Group\"]"},
                                            {"requestheader-extra-headers-prefix", "[\"X-Remote-Extra-\"]"}});
    json::Value metadata = json::Value::object({{"name", "extension-apiserver-authentication"}, {"namespace", "kube-system"}});
    return json::Value::object({{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", std::move(metadata)}, {"data", std::move(data)}});
}

}  // namespace

// In the order of construction; destroyed in the reverse one.
struct Server::Parts {
    ServerOptions options;
    ApiSettings settings;
    Clock* clock = nullptr;
    std::unique_ptr<ServerPki> pki;
    JoinSecrets secrets;
    JoinFacts join;
    std::shared_ptr<SecretsEncryption> encryption;
    std::unique_ptr<store::Store> store;
    std::shared_ptr<const api::KindRegistry> kinds;
    std::unique_ptr<ThreadPool> join_pool;
    std::unique_ptr<apiserver::ApiServer> api;
    std::shared_ptr<NodeCalls> nodes;
    std::shared_ptr<metrics_api::MetricsSource> usage;
    std::unique_ptr<reconcile::Runtime> controllers;
    std::unique_ptr<scheduler::Scheduler> scheduler;
    std::unique_ptr<reconcile::LeaderElection> election;     // null: this server is alone and always leads

    Status prepare();
    Status start_api(net::IoThreads& io);
    void add_metrics_api(net::IoThreads& io, std::shared_ptr<net::TlsClientContext> tls);
    bool disabled(std::string_view part) const { return std::find(options.disable.begin(), options.disable.end(), part) != options.disable.end(); }
    Status start_controllers();
    void stop_controllers();
    Status lead();
    void add_join_paths();
};

Status Server::Parts::prepare() {
    const auto folder = options.data_dir + "/server";
    TRY(file::make_dirs(folder, 0700));
    auto names = TRY(serving_names(options));
    pki = std::make_unique<ServerPki>(TRY(ensure_pki(folder + "/tls", names, *clock)));
    secrets = TRY(ensure_join_secrets(folder, options.token, options.agent_token, pki->server_ca.certificate_pem()));
    encryption = TRY(SecretsEncryption::open(folder, options.secrets_encryption, *clock));
    store = TRY(store::open_sqlite({.path = folder + "/db/state.db", .history_events_max = kHistoryEvents, .cipher = encryption}));
    encryption->resume(*store);
    settings = TRY(api_settings(options.api_args));
    kinds = api::builtin_kinds(settings.served, settings.gates);
    return {};
}

Status Server::Parts::start_api(net::IoThreads& io) {
    apiserver::ApiServerOptions api_options;
    api_options.store = store.get();
    api_options.kinds = kinds;
    api_options.io = &io;
    api_options.clock = clock;
    api_options.address = options.bind_address;
    api_options.port = static_cast<uint16_t>(options.https_listen_port);
    // Two CAs identify clients: ours, and the front proxy's.
    api_options.tls = TRY(net::TlsServerContext::create({.certificate_pem = pki->serving.certificate_pem,
                                                         .key_pem = pki->serving.key_pem,
                                                         .client_ca_pem = pki->client_ca.certificate_pem() + pki->request_header_ca.certificate_pem()}));
    api_options.advertise_address = options.advertise_address.empty() ? options.node_ip : options.advertise_address;
    api_options.service_cidr = options.service_cidr;
    auto ports = TRY(parse_port_range(options.service_node_port_range));
    api_options.node_port_min = ports.first;
    api_options.node_port_max = ports.second;
    api_options.kubelet_tls = TRY(net::TlsClientContext::create({.ca_pem = pki->kubelet_ca.certificate_pem(),
                                                                 .certificate_pem = pki->kubelet_client.certificate_pem,
                                                                 .key_pem = pki->kubelet_client.key_pem}));
    auto kubelet_tls = api_options.kubelet_tls;
    api_options.front_proxy = {pki->proxy_client.certificate_pem, pki->proxy_client.key_pem};
    TRY(prepare_authentication(*pki, options, settings, *clock, api_options));
    if (!disabled("dns") && !disabled("coredns")) api_options.bootstrap_objects.push_back(dns_service(options));
    if (!disabled("local-storage")) api_options.bootstrap_objects.push_back(local_storage::storage_class());
    api_options.bootstrap_objects.push_back(extension_authentication(*pki));
    api = TRY(apiserver::ApiServer::create(std::move(api_options)));
    TRY(finish_authentication(*api, *pki, secrets, settings, io, *clock));
    join = {pki.get(), &secrets, &options, clock,
            api->local_client(system_user("system:apiserver", {std::string(apiserver::kMasters)}), apiserver::ApiServer::Authorize::No)};
    add_join_paths();
    add_metrics_api(io, std::move(kubelet_tls));
    return api->start();
}

void Server::Parts::add_metrics_api(net::IoThreads& io, std::shared_ptr<net::TlsClientContext> tls) {
    auto client = api->local_client(system_user("system:apiserver", {std::string(apiserver::kMasters)}), apiserver::ApiServer::Authorize::No);
    nodes = std::make_shared<NodeCalls>(io, std::move(tls), client);
    if (disabled("metrics-server")) return;
    auto fetch = [calls = nodes](const std::string& node, std::function<void(Result<std::string>)> done) { calls->call("GET", node, "/stats/summary", std::move(done)); };
    usage = std::make_shared<metrics_api::MetricsSource>(client, std::move(fetch), *clock);
    api->add_made({"metrics.k8s.io", "v1beta1", "nodes"}, {[source = usage](const std::string&, const std::string& name) { return source->node(name); },
                                                          [source = usage](const std::string&, const std::string& labels) { return source->nodes(labels); }});
    api->add_made({"metrics.k8s.io", "v1beta1", "pods"}, {[source = usage](const std::string& ns, const std::string& name) { return source->pod(ns, name); },
                                                         [source = usage](const std::string& ns, const std::string& labels) { return source->pods(ns, labels); }});
}

void Server::Parts::add_join_paths() {
    join_pool = std::make_unique<ThreadPool>("join", kJoinThreads, kJoinQueueMax);
    api->add_raw("/cacerts", apiserver::RawAccess::Open, [this](net::ExchangePtr exchange) { exchange->respond(answer_ca_bundle(join)); });
    api->add_raw("/v1-skiff/node-certs", apiserver::RawAccess::Open, [this](net::ExchangePtr exchange) {
        bool taken = join_pool->submit([this, exchange] { exchange->respond(answer_node_certs(join, exchange->request())); });
        if (!taken) exchange->respond({.code = 429});
    });
    // For `skiff secrets-encrypt`; only administrators are authorized for it unless a role says otherwise.
    api->add_raw("/v1-skiff/secrets-encrypt", apiserver::RawAccess::Authorized, [this](net::ExchangePtr exchange) {
        bool taken = join_pool->submit([this, exchange] { exchange->respond(answer_secrets_encryption(*encryption, exchange->request())); });
        if (!taken) exchange->respond({.code = 429});
    });
}

Status Server::Parts::start_controllers() {
    reconcile::Runtime::Options runtime;
    runtime.workers = kControllerWorkers;
    runtime.clock = clock;
    runtime.informer_client = api->local_client(system_user("system:kube-controller-manager", {}));
    runtime.client_for = [this](const std::string& name) {
        if (name.rfind("system:", 0) == 0) return api->local_client(system_user(name, {}));
        return api->local_client(system_user("system:serviceaccount:kube-system:" + name,
                                             {"system:serviceaccounts", "system:serviceaccounts:kube-system"}));
    };
    runtime.metrics = api->core().metrics;
    controllers = reconcile::Runtime::create(std::move(runtime));
    const ControllerSettings settings = TRY(controller_settings(options.controller_args));
    controllers::Options controller_options;
    controller_options.server_node = options.node_name;
    controller_options.node_grace_s = settings.node_grace_s;
    controller_options.terminated_pods_max = settings.terminated_pods_max;
    controller_options.cluster_cidr = options.cluster_cidr;
    controller_options.kinds = kinds;
    controller_options.server_ca_pem = pki->server_ca.certificate_pem();
    for (auto name : {"kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/legacy-unknown"})
        controller_options.signers.push_back({name, pki->client_ca.certificate_pem(), pki->client_ca.key_pem()});
    controller_options.signers.push_back({"kubernetes.io/kubelet-serving", pki->kubelet_ca.certificate_pem(), pki->kubelet_ca.key_pem()});
    controller_options.sign_token = [signer = TRY(pki::JwtSigner::from_pem(pki->service_account_key_pem))](const json::Value& claims) { return signer.sign(claims); };
    controllers::add_all(*controllers, controller_options);
    if (!disabled("local-storage"))
        controllers->add(local_storage::make_local_path_provisioner(
            {[calls = nodes](const std::string& node, const std::string& volume) { return calls->call("PUT", node, "/localVolumes/" + volume); },
             [calls = nodes](const std::string& node, const std::string& volume) -> Status {
                 TRY(calls->call("DELETE", node, "/localVolumes/" + volume));
                 return {};
             }}));
    if (!disabled("servicelb"))
        controllers->add(servicelb::make_service_lb({static_cast<uint16_t>(options.https_listen_port), static_cast<uint16_t>(options.kubelet_port)}));
    controllers->start();
    scheduler = scheduler::Scheduler::create(api->local_client(system_user("system:kube-scheduler", {})), *clock, kBinders, reconcile::Drive::Threads,
                                             TRY(scheduler_configuration(options.scheduler_args)));
    scheduler->start();
    return {};
}

void Server::Parts::stop_controllers() {
    if (scheduler) scheduler->stop();
    if (controllers) controllers->stop();
    scheduler.reset();
    controllers.reset();
}

// Runs controllers and scheduler: always, or as long as the lease is ours. They are made anew each time, on the election's thread.
Status Server::Parts::lead() {
    if (!TRY(controller_settings(options.controller_args)).leader_elect) return start_controllers();
    reconcile::LeaderOptions wanted;
    wanted.ns = "kube-system";
    wanted.name = "kube-controller-manager";
    wanted.identity = options.node_name;      // a server that comes back takes up its own lease at once
    wanted.started = [this] {
        log::info("server", "leading", {{"identity", options.node_name}});
        if (Status started = start_controllers(); !started.ok()) log::error("server", "controllers cannot start", {{"error", started.message()}});
    };
    wanted.stopped = [this] { stop_controllers(); };
    election = reconcile::LeaderElection::create(api->local_client(system_user("system:kube-controller-manager", {})), *clock, std::move(wanted));
    election->start();
    return {};
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, net::IoThreads& io, Clock& clock) {
    TRY(read_token_files(options));
    TRY(check_options(options));
    auto parts = std::make_unique<Parts>();
    parts->options = std::move(options);
    parts->clock = &clock;
    TRY(parts->prepare());
    TRY(parts->start_api(io));
    TRY(write_admin_kubeconfig(parts->options, parts->pki->server_ca.certificate_pem(), parts->pki->admin.certificate_pem, parts->pki->admin.key_pem));
    TRY(parts->lead());
    log::info("server", "serving", {{"address", parts->options.bind_address}, {"port", parts->options.https_listen_port}, {"data_dir", parts->options.data_dir}});
    return std::unique_ptr<Server>(new Server(std::move(parts)));
}

void Server::stop() {
    if (!parts_ || !parts_->api) return;
    parts_->election.reset();
    parts_->stop_controllers();
    parts_->join_pool->stop();
    parts_->api->stop();
    parts_->usage.reset();
    parts_->nodes.reset();
    parts_->join.client.reset();
    parts_->api.reset();
    parts_->store.reset();
}

std::shared_ptr<client::Client> Server::node_client(const std::string& node_name) {
    return parts_->api->local_client(system_user("system:node:" + node_name, {"system:nodes"}));
}

const JoinFacts& Server::join_facts() const { return parts_->join; }
const ServerOptions& Server::options() const { return parts_->options; }
const ServerPki& Server::pki() const { return *parts_->pki; }
uint16_t Server::port() const { return parts_->api->port(); }

}  // namespace skiff::server
