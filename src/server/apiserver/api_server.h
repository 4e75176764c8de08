// ApiServer: the facade that the server's composition root uses. It owns the cache, the pool, the HTTP server and everything between;
// store, kinds and io threads are borrowed and must outlive it.
//
// start() loads the cache, makes the objects that every cluster has, and listens. stop() ends requests and watches, then the cache.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/client.h"
#include "net/http_server.h"
#include "server/apiserver/admission/settings.h"
#include "server/apiserver/aggregation/aggregator.h"
#include "server/apiserver/audit/audit_log.h"
#include "server/apiserver/core.h"
#include "server/apiserver/discovery/discovery.h"
#include "server/apiserver/health.h"
#include "server/apiserver/pipeline.h"

namespace skiff::apiserver {

struct ApiServerOptions {
    store::Store* store = nullptr;
    std::shared_ptr<const api::KindRegistry> kinds;
    net::IoThreads* io = nullptr;
    Clock* clock = &Clock::system();

    std::string address = "0.0.0.0";
    uint16_t port = 6443;
    std::shared_ptr<net::TlsServerContext> tls;            // null: plain HTTP (tests only)
    std::string advertise_address;                          // in Endpoints of the kubernetes Service, "" leaves them out
    std::string service_cidr = "10.43.0.0/16";
    int node_port_min = 30000, node_port_max = 32767;

    std::vector<std::shared_ptr<Authenticator>> authenticators;
    std::shared_ptr<const Authorizer> authorizer;           // null allows everything
    std::shared_ptr<TokenIssuer> tokens;
    std::shared_ptr<const RuleResolver> rules;
    IssuerDocuments issuer;
    FrontProxy front_proxy;                                 // towards extension API servers
    std::shared_ptr<net::TlsClientContext> kubelet_tls;     // with the API server's client certificate; null: no log, exec, proxy to nodes
    std::vector<json::Value> bootstrap_objects;             // RBAC roles and bindings: created when missing
    AdmissionSettings admission;                         // for MutatingAdmissionPolicy the kinds must serve admissionregistration.k8s.io/v1beta1

    std::shared_ptr<audit::AuditLog> audit;                 // null: no audit log

    size_t write_threads = 8;
    metrics::Registry* metrics = nullptr;                   // null: its own
};

class ApiServer {
public:
    // Loads the state; nothing listens yet, local clients work.
    static Result<std::unique_ptr<ApiServer>> create(ApiServerOptions options);
    ~ApiServer();   // stop()

    // Authenticators and authorizers that read the cluster's objects are made between create() and start().
    const Reader& reader() const;
    void set_authenticators(std::vector<std::shared_ptr<Authenticator>> authenticators);
    void set_authorizer(std::shared_ptr<const Authorizer> authorizer);
    void set_rule_resolver(std::shared_ptr<const RuleResolver> rules);
    void set_token_issuer(std::shared_ptr<TokenIssuer> issuer);

    // More paths; before start(). A path that ends in '/' takes all below it.
    void add_raw(std::string path, RawAccess access, RawHandler handler);
    // A resource of a kind without storage; before start().
    void add_made(const api::Gvr& gvr, MadeResource resource);
    void add_check(std::string name, CheckScope scope, Check check);

    // Makes the default objects and listens.
    Status start();
    void stop();
    uint16_t port() const;

    // A client with this identity. authorize: run the authorizer as for a remote request (controllers: yes; the server itself: no).
    enum class Authorize { Yes, No };
    std::shared_ptr<client::Client> local_client(User user, Authorize authorize = Authorize::Yes);

    Core& core();

private:
    struct Impl;
    explicit ApiServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace skiff::apiserver
