// Only the API server, on loopback, for shared/apicases and kubectl: the token given names a member of system:masters, service account
// tokens and RBAC work, each namespace gets its default service account; no other controller runs.
// Serves HTTPS with a certificate of its own (clients skip its verification). Usage: apiserver_main PORT TOKEN [DATABASE]
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/thread_pool.h"
#include "pki/ca.h"
#include "pki/key.h"
#include "server/apiserver/api_server.h"
#include "server/apiserver/authn/bearer.h"
#include "server/apiserver/authn/chain.h"
#include "server/apiserver/authn/token_issuer.h"
#include "server/apiserver/authz/bootstrap_policy.h"
#include "server/apiserver/authz/chain.h"
#include "server/apiserver/authz/escalation.h"
#include "server/apiserver/authz/rbac.h"
#include "server/apiserver/request.h"

namespace {

using namespace skiff;

class StaticToken : public apiserver::Authenticator {
public:
    explicit StaticToken(std::string token) : token_(std::move(token)) {}
    Result<std::optional<apiserver::User>> authenticate(const net::Request& request) override {
        if (apiserver::bearer_token(request) != token_) return std::optional<apiserver::User>();
        apiserver::User user;
        user.name = "admin";
        user.uid = "admin";
        user.groups = {std::string(apiserver::kMasters)};
        return std::optional(user);
    }

private:
    std::string token_;
};

int fail(const Status& status) {
    std::fprintf(stderr, "apiserver_main: %s\n", status.message().c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return std::fprintf(stderr, "usage: apiserver_main PORT TOKEN [DATABASE]\n"), 2;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    std::unique_ptr<store::Store> store;
    if (argc > 3) {
        auto opened = store::open_sqlite({.path = argv[3]});
        if (!opened.ok()) return fail(opened.status());
        store = std::move(opened).value();
    } else {
        store = store::open_memory();
    }
    net::IoThreads io(1);
    apiserver::ApiServerOptions options;
    options.store = store.get();
    options.kinds = api::KindRegistry::builtin();
    options.io = &io;
    options.address = "127.0.0.1";
    options.port = static_cast<uint16_t>(std::atoi(argv[1]));
    options.authenticators = {std::make_shared<StaticToken>(argv[2])};
    auto ca = pki::CertificateAuthority::create("apiserver-main", Clock::system().now());
    if (!ca.ok()) return fail(ca.status());
    pki::IssueOptions serving;
    serving.names.common_name = "apiserver-main";
    serving.names.ips = {"127.0.0.1"};
    serving.server_auth = true;
    auto pair = ca->issue(serving, Clock::system().now());
    if (!pair.ok()) return fail(pair.status());
    auto tls = net::TlsServerContext::create({.certificate_pem = pair->certificate_pem, .key_pem = pair->key_pem});
    if (!tls.ok()) return fail(tls.status());
    options.tls = *tls;
    options.bootstrap_objects = apiserver::bootstrap_policy_objects();
    auto key = pki::PrivateKey::generate(pki::KeyType::Rsa);
    if (!key.ok()) return fail(key.status());
    auto issuer = apiserver::ServiceAccountIssuer::create(key->pem(), {}, Clock::system());
    if (!issuer.ok()) return fail(issuer.status());
    options.tokens = *issuer;
    options.issuer.configuration = [i = *issuer] { return i->discovery("https://127.0.0.1/openid/v1/jwks"); };
    options.issuer.keys = [i = *issuer] { return i->jwks(); };
    std::vector<std::shared_ptr<apiserver::Authenticator>> authenticators = options.authenticators;
    auto server = apiserver::ApiServer::create(std::move(options));
    if (!server.ok()) return fail(server.status());
    apiserver::ApiServer& api = **server;
    apiserver::AuthenticationOptions authentication;
    authentication.service_account_key_pems = {key->pem()};
    auto chain = apiserver::make_authenticators(authentication, api.reader(), Clock::system());
    if (!chain.ok()) return fail(chain.status());
    authenticators.insert(authenticators.end(), chain->begin(), chain->end());
    api.set_authenticators(authenticators);
    auto rbac = std::make_shared<apiserver::Rbac>(api.reader());
    auto authorizer = apiserver::make_authorizer(rbac, api.reader());
    api.set_authorizer(authorizer);
    api.set_rule_resolver(rbac);
    api.core().admission.add(apiserver::make_rbac_escalation_check(rbac, authorizer));
    Status started = api.start();
    if (!started.ok()) return fail(started);

    apiserver::User system;
    system.name = "system:test";
    system.groups = {std::string(apiserver::kMasters)};
    auto client = api.local_client(system);
    ThreadPool accounts("accounts", 1, 10'000);
    client::WatchHandler handler;
    handler.event = [&](const client::WatchEvent& event) {
        if (event.type != client::WatchEvent::Type::Added) return;
        (void)accounts.submit([client, ns = event.object->meta().name] {
            json::Value account = json::Value::object({{"metadata", json::Value::object({{"name", "default"}})}});
            (void)client->create({"", "v1", "serviceaccounts"}, ns, account, {}, {});
        });
    };
    handler.end = [](Status) {};
    auto watch = client->watch({"", "v1", "namespaces"}, {}, handler);
    int signal = 0;
    sigwait(&signals, &signal);
    if (watch.ok()) watch->reset();
    accounts.stop();
    api.stop();
    io.stop();
    return 0;
}
