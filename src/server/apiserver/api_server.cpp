#include "server/apiserver/api_server.h"

#include "base/log.h"
#include "net/tls.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/webhook_client.h"
#include "server/apiserver/bootstrap.h"
#include "server/apiserver/crd/definitions.h"
#include "server/apiserver/flow/keeper.h"
#include "server/apiserver/janitor.h"
#include "server/apiserver/local_client.h"
#include "server/apiserver/registry/service_network.h"

namespace skiff::apiserver {
namespace {

constexpr size_t kPoolQueueMax = 4096;
constexpr auto kStopGrace = std::chrono::milliseconds(500);

// The API services that are not available, 1 for each; the others 0.
void append_unavailable(const Core& core, std::string& out) {
    constexpr const char* kName = "aggregator_unavailable_apiservice";
    out += fmt::format("# HELP {0} Gauge of APIServices which are marked as unavailable broken down by APIService name.\n# TYPE {0} gauge\n", kName);
    for (const api::ObjectPtr& service : core.cache.list({"apiregistration.k8s.io", "v1", "apiservices"}, "")) {
        bool available = false;
        const api::TreePtr tree = service->tree();
        for (const json::Value& condition : (*tree)["status"]["conditions"].items())
            if (condition["type"].as_string() == "Available") available = condition["status"].as_string() == "True";
        out += fmt::format("{}{{name=\"{}\"}} {}\n", kName, service->meta().name, available ? 0 : 1);
    }
}

// How many objects there are of each kind, under both names that dashboards look for.
void append_object_counts(const Core& core, std::string& out) {
    std::map<std::string, std::string> storage, resources;
    for (const api::KindInfo* kind : core.kinds.all()) {
        if (!kind->storage) continue;
        const ResourceCache* cache = core.cache.resource(*kind);
        if (cache == nullptr) continue;
        storage[kind->gvr().group_resource()] = fmt::format("apiserver_storage_objects{{resource=\"{}\"}} {}\n", kind->gvr().group_resource(), cache->size());
        resources[kind->gvr().group_resource()] = fmt::format("apiserver_resource_objects{{group=\"{}\",resource=\"{}\"}} {}\n", kind->gvk.group, kind->plural, cache->size());
    }
    out += "# HELP apiserver_storage_objects Number of stored objects of each resource.\n# TYPE apiserver_storage_objects gauge\n";
    for (const auto& entry : storage) out += entry.second;
    out += "# HELP apiserver_resource_objects Number of objects of each resource.\n# TYPE apiserver_resource_objects gauge\n";
    for (const auto& entry : resources) out += entry.second;
}

}  // namespace

struct ApiServer::Impl {
    ApiServerOptions options;
    metrics::Registry own_metrics;
    std::unique_ptr<Cache> cache;
    std::unique_ptr<Core> core;
    std::unique_ptr<Health> health;
    std::unique_ptr<Discovery> discovery;
    std::unique_ptr<Pipeline> pipeline;
    std::unique_ptr<Janitor> janitor;
    std::unique_ptr<flow::Keeper> keeper;
    std::unique_ptr<Definitions> definitions;
    std::unique_ptr<Aggregator> aggregator;
    std::unique_ptr<net::HttpServer> server;
    std::unique_ptr<ThreadPool> pool;     // destroyed first: its tasks use all of the above
    bool stopped = false;
};

ApiServer::ApiServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<ApiServer>> ApiServer::create(ApiServerOptions options) {
    auto impl = std::make_unique<Impl>();
    impl->options = std::move(options);
    ApiServerOptions& o = impl->options;
    TRY(publish_stored_kinds(*o.store, *o.kinds, *o.clock));
    impl->cache = TRY(Cache::start(*o.store, *o.kinds, *o.clock));
    metrics::Registry& metrics = o.metrics ? *o.metrics : impl->own_metrics;
    impl->core.reset(new Core{*o.store, *o.kinds, *o.clock, *impl->cache});
    Core& core = *impl->core;
    core.metrics = &metrics;
    core.openapi = std::make_shared<api::OpenApi>(o.kinds);
    core.authenticators = o.authenticators;
    core.authorizer = o.authorizer;
    core.tokens = o.tokens;
    core.rules = o.rules;
    core.io = o.io;
    if (!o.service_cidr.empty()) {
        core.services = TRY(ServiceNetwork::create(o.service_cidr, o.node_port_min, o.node_port_max));
        core.services->load(*impl->cache);
    }
    if (o.io != nullptr) {
        if (o.kubelet_tls) core.kubelets = net::HttpClient::create(*o.io, o.kubelet_tls);
        // Pods' certificates are their own business, as in Kubernetes: whoever may use pods/proxy asks for encryption, not for a name.
        core.plain = net::HttpClient::create(*o.io, TRY(net::TlsClientContext::create({.insecure_skip_verify = true})));
        core.webhooks = std::make_shared<WebhookClient>(*o.io, *impl->cache);
    }
    if (core.metrics != nullptr) core.admission.measure(*core.metrics, *o.clock);
    auto wait = [cache = impl->cache.get()](Duration timeout) { return cache->wait_applied(cache->applied() + 1, timeout); };
    TRY(add_plugins(core.admission, {*impl->cache, wait, *o.clock, &core, o.admission}).context("--kube-apiserver-arg"));
    impl->pool = std::make_unique<ThreadPool>("api", o.write_threads, kPoolQueueMax);
    core.pool = impl->pool.get();
    impl->health = std::make_unique<Health>(core);
    impl->discovery = std::make_unique<Discovery>(core, fmt::format("{}:{}", o.advertise_address.empty() ? o.address : o.advertise_address, o.port), o.issuer);
    for (std::string& path : impl->health->paths()) impl->discovery->add_path(std::move(path));
    impl->pipeline = std::make_unique<Pipeline>(core, *impl->discovery, *impl->health, o.audit);
    impl->aggregator = std::make_unique<Aggregator>(core, o.front_proxy, [i = impl.get()] {
        std::vector<std::shared_ptr<const api::ForeignOpenApi>> foreign;
        for (const ForeignVersion& version : i->aggregator->versions())
            if (version.openapi) foreign.push_back(version.openapi);
        i->core->openapi->set_foreign(std::move(foreign));
        i->discovery->invalidate();
    });
    impl->discovery->set_foreign([i = impl.get()] { return i->aggregator->versions(); });
    impl->pipeline->set_aggregator(impl->aggregator.get());
    impl->definitions = std::make_unique<Definitions>(core, [i = impl.get()] {
        i->core->openapi->invalidate();
        i->discovery->invalidate();
        i->aggregator->schedule();
    });
    metrics.collect([i = impl.get(), cache = impl->cache.get(), flows = &impl->pipeline->flow_control()](std::string& out) {
        metrics::append_process_metrics(out);
        flows->append_metrics(out);
        out += "# HELP kubernetes_build_info The version of this server.\n# TYPE kubernetes_build_info gauge\n"
               "kubernetes_build_info{";
        const json::Value build = version_info();
        for (auto [label, member] : {std::pair("build_date", "buildDate"), {"compiler", "compiler"}, {"git_commit", "gitCommit"}, {"git_tree_state", "gitTreeState"},
                                     {"git_version", "gitVersion"}, {"go_version", "goVersion"}, {"major", "major"}, {"minor", "minor"}, {"platform", "platform"}})
            out += fmt::format("{}{}=\"{}\"", label == std::string_view("build_date") ? "" : ",", label, build[member].as_string());
        out += "} 1\n";
        append_unavailable(*i->core, out);
        out += fmt::format("# HELP apiserver_registered_watchers Number of currently registered watchers.\n# TYPE apiserver_registered_watchers gauge\n"
                           "apiserver_registered_watchers {}\n", cache->watchers());
        append_object_counts(*i->core, out);
    });
    return std::unique_ptr<ApiServer>(new ApiServer(std::move(impl)));
}

ApiServer::~ApiServer() { stop(); }

const Reader& ApiServer::reader() const { return *impl_->cache; }
void ApiServer::set_authenticators(std::vector<std::shared_ptr<Authenticator>> a) { impl_->core->authenticators = std::move(a); }
void ApiServer::set_authorizer(std::shared_ptr<const Authorizer> a) { impl_->core->authorizer = std::move(a); }
void ApiServer::set_rule_resolver(std::shared_ptr<const RuleResolver> r) { impl_->core->rules = std::move(r); }
void ApiServer::set_token_issuer(std::shared_ptr<TokenIssuer> i) { impl_->core->tokens = std::move(i); }
void ApiServer::add_check(std::string name, CheckScope scope, Check check) { impl_->health->add(std::move(name), scope, std::move(check)); }
void ApiServer::add_made(const api::Gvr& gvr, MadeResource resource) { impl_->core->made[gvr] = std::move(resource); }
Core& ApiServer::core() { return *impl_->core; }

void ApiServer::add_raw(std::string path, RawAccess access, RawHandler handler) {
    impl_->discovery->add_path(path);
    impl_->pipeline->add_raw(std::move(path), access, std::move(handler));
}

Status ApiServer::start() {
    ApiServerOptions& o = impl_->options;
    BootstrapOptions bootstrap;
    bootstrap.advertise_address = o.advertise_address;
    bootstrap.port = o.port;
    bootstrap.more = std::move(o.bootstrap_objects);
    TRY(ensure_default_objects(*impl_->core, bootstrap));
    impl_->definitions->start();
    impl_->aggregator->start();
    impl_->health->started();
    if (o.io == nullptr) return {};
    impl_->janitor = std::make_unique<Janitor>(*impl_->core);
    impl_->keeper = std::make_unique<flow::Keeper>(*impl_->core);
    impl_->keeper->start();
    net::HttpServer::Options http;
    http.address = o.address;
    http.port = o.port;
    http.tls = o.tls;
    http.name = "apiserver";
    impl_->server = TRY(net::HttpServer::start(*o.io, http, [pipeline = impl_->pipeline.get()](net::ExchangePtr exchange) { pipeline->handle(std::move(exchange)); }));
    log::info("apiserver", "serving", {{"address", o.address}, {"port", impl_->server->port()}, {"revision", impl_->cache->applied()}});
    return {};
}

void ApiServer::stop() {
    if (std::exchange(impl_->stopped, true)) return;
    impl_->health->stopping();
    impl_->janitor.reset();
    if (impl_->keeper) impl_->keeper->stop();
    impl_->definitions->stop();
    impl_->aggregator->stop();
    impl_->cache->stop();            // ends every watch, so that their connections can close
    if (impl_->server) impl_->server->stop(kStopGrace);
    impl_->pool->stop();
}

uint16_t ApiServer::port() const { return impl_->server ? impl_->server->port() : 0; }

std::shared_ptr<client::Client> ApiServer::local_client(User user, Authorize authorize) {
    return make_local_client(*impl_->core, std::move(user), authorize == Authorize::Yes ? RunAuthorizer::Yes : RunAuthorizer::No, impl_->aggregator.get());
}

}  // namespace skiff::apiserver
