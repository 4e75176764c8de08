// Pipeline: the stages that every HTTP request passes, in the order of the array in pipeline.cpp. io threads.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "net/http_server.h"
#include "server/apiserver/core.h"
#include "server/apiserver/flow/flow_control.h"
#include "server/apiserver/request_metrics.h"

namespace skiff::apiserver {

class Aggregator;
class Discovery;
class Health;
namespace audit {
class AuditLog;
}

// Serves a path outside the API (or below it); called on an io thread, must not block.
using RawHandler = std::function<void(net::ExchangePtr)>;
enum class RawAccess { Open, Authorized };   // Open: before authentication (join, CA bundle)

class Pipeline {
public:
    // audit may be null.
    Pipeline(Core& core, Discovery& discovery, Health& health, std::shared_ptr<audit::AuditLog> audit = nullptr);
    ~Pipeline();
    // A path that ends in '/' takes all below it. Before the server starts.
    void add_raw(std::string path, RawAccess access, RawHandler handler);
    // Who passes requests on to other API servers. Before the server starts.
    void set_aggregator(Aggregator* aggregator) { aggregator_ = aggregator; }
    void handle(net::ExchangePtr exchange);
    const std::map<std::string, std::pair<RawAccess, RawHandler>>& raw() const { return raw_; }
    flow::FlowControl& flow_control() { return flows_; }

private:
    struct State;
    enum class Step { Next, Done };
    struct Stage {
        const char* name;
        Step (Pipeline::*run)(State&);
    };
    static const Stage kStages[];

    // From this stage on.
    void run(State& state, size_t stage);
    void serve_all(net::ExchangePtr exchange);
    void note(const RequestContext& context, const net::Request& request, const User* user, int code, WallTime received, const net::Response* response);
    Step identify(State& state);
    Step open_paths(State& state);
    Step authenticate_user(State& state);
    Step read_request_info(State& state);
    Step impersonate_user(State& state);
    Step meter(State& state);
    Step find_seat(State& state);
    void refuse(State& state);
    Step authorize_user(State& state);
    Step serve(State& state);
    const std::pair<RawAccess, RawHandler>* find_raw(const std::string& path) const;

    Core& core_;
    Discovery& discovery_;
    Health& health_;
    Aggregator* aggregator_ = nullptr;
    std::map<std::string, std::pair<RawAccess, RawHandler>> raw_;
    std::shared_ptr<audit::AuditLog> audit_;
    flow::FlowControl flows_;
    flow::WatchCounts& watches_;
    RequestMetrics request_metrics_;
    metrics::Gauge &reading_, &writing_;   // apiserver_current_inflight_requests
};

}  // namespace skiff::apiserver
