// Core: what the operations of the API server share. Made once by ApiServer, outlives every request; any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "api/kind.h"
#include "api/openapi.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/thread_pool.h"
#include "net/http_client.h"
#include "server/apiserver/admission/chain.h"
#include "server/apiserver/authn/authenticator.h"
#include "server/apiserver/authz/authorizer.h"
#include "server/apiserver/registry/cache.h"
#include "server/apiserver/request.h"
#include "server/store/store.h"

namespace skiff::apiserver {

class ServiceNetwork;
class WebhookClient;

// Issues bound service account tokens; implemented by authn.
class TokenIssuer {
public:
    struct Claims {
        std::string ns, service_account, uid;
        std::vector<std::string> audiences;
        int64_t expires_in_s = 3600;
        struct Bound {
            std::string kind, name, uid;      // Pod, Secret, Node; kind "" unbound
        } bound;
        std::string node_name, node_uid;      // of a bound pod that is scheduled
    };
    struct Token {
        std::string text;
        WallTime expires;
    };
    virtual ~TokenIssuer() = default;
    virtual Result<Token> issue(const Claims& claims) = 0;
    virtual const std::string& issuer() const = 0;
    virtual std::vector<std::string> default_audiences() const = 0;
};

// The RBAC rules that apply to a user, for SelfSubjectRulesReview; implemented by authz.
class RuleResolver {
public:
    virtual ~RuleResolver() = default;
    // rbac.authorization.k8s.io PolicyRules as JSON.
    virtual std::vector<json::Value> rules_for(const User& user, std::string_view ns) const = 0;
};

// A resource that is not stored: its objects are made by other parts of the process when they are asked for. Both may block; pool threads.
struct MadeResource {
    std::function<Result<api::ObjectPtr>(const std::string& ns, const std::string& name)> get;
    // Selection happens afterwards; the label selector is given so that less need be made.
    std::function<Result<std::vector<api::ObjectPtr>>(const std::string& ns, const std::string& label_selector)> list;
};

struct Core {
    store::Store& store;
    const api::KindRegistry& kinds;
    Clock& clock;
    Cache& cache;
    AdmissionChain admission;
    std::vector<std::shared_ptr<Authenticator>> authenticators;
    std::shared_ptr<const Authorizer> authorizer;       // null allows everything
    std::shared_ptr<TokenIssuer> tokens;                 // null: no TokenRequest
    std::shared_ptr<const RuleResolver> rules;
    std::shared_ptr<ServiceNetwork> services;
    net::IoThreads* io = nullptr;
    ThreadPool* pool = nullptr;                          // writes and long reads
    std::shared_ptr<net::HttpClient> kubelets;           // with the API server's client certificate
    std::shared_ptr<net::HttpClient> plain;              // to pods and services
    std::shared_ptr<WebhookClient> webhooks;             // null: this server calls nobody
    metrics::Registry* metrics = nullptr;
    std::shared_ptr<api::OpenApi> openapi;
    std::unordered_map<api::Gvr, MadeResource, api::GvHash> made;   // filled before start()
    size_t retries_max = 64;                             // of a patch whose object changes meanwhile
};

}  // namespace skiff::apiserver
