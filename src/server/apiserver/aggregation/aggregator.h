// Aggregator: API groups that other servers answer (apiregistration.k8s.io APIService). Keeps the objects of our own groups, checks the
// foreign servers, merges their discovery and passes requests on to them.
//
// Owned by ApiServer. Passes run on its pool, one at a time; routing reads a snapshot on io threads.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "client/client.h"
#include "net/http_server.h"
#include "net/tls.h"
#include "server/apiserver/aggregation/merge.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {

// How we show ourselves to foreign servers: a client certificate by the request-header CA.
struct FrontProxy {
    std::string certificate_pem, key_pem;
};

class Aggregator {
public:
    // changed: the merged discovery is to be made anew.
    Aggregator(Core& core, FrontProxy identity, std::function<void()> changed);
    ~Aggregator();
    void start();
    void stop();
    // The live kinds have changed.
    void schedule();

    // Passes the exchange on when its path is a foreign server's. False: it is ours.
    bool serve(const net::ExchangePtr& exchange, const std::shared_ptr<RequestContext>& context);
    // Asks a foreign server in a user's name and waits for the answer; never on an io thread. NotFound: the path is no foreign server's.
    Result<client::RawResponse> call(const User& user, const client::RawRequest& request) const;
    // Whether a foreign server serves the group version.
    bool has(const std::string& group, const std::string& version) const;
    // Of all foreign groups, best first.
    std::vector<ForeignVersion> versions() const;

private:
    struct Sink;
    struct Backend {
        std::string name, ns, service;
        int64_t port = 443;
        int64_t revision = 0;
        bool available = false;
        ForeignVersion foreign;
        std::shared_ptr<net::HttpClient> client;
    };
    using Backends = std::map<api::GroupVersion, Backend>;

    void pass();
    void keep_local_services();
    void remove_service(const std::string& name);
    bool check(const api::ObjectPtr& object, Backend& backend);
    Status reach(Backend& backend, std::string& reason);
    Result<json::Value> fetch(const Backend& backend, const std::string& path, const std::string& address) const;
    void read_openapi(Backend& backend, const std::string& address) const;
    void write_condition(const std::string& name, bool available, const std::string& reason, const std::string& message);
    Result<std::shared_ptr<net::HttpClient>> client_for(const json::Value& spec);
    void arm();

    Core& core_;
    const api::KindInfo& kind_;
    const FrontProxy identity_;
    std::function<void()> changed_;
    std::shared_ptr<Sink> sink_;
    std::unique_ptr<Cache::Watch> watch_, slices_;
    std::mutex mutex_;                          // guards the flags and the timer
    bool running_ = false, again_ = false, stopped_ = false;
    net::IoThreads::Timer timer_;
    std::atomic<std::shared_ptr<const Backends>> backends_;
};

}  // namespace skiff::apiserver
