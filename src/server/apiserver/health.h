// Health: /healthz, /livez, /readyz with named checks, ?verbose, ?exclude and single checks, /metrics and /metrics/slis. Any thread.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {

// ok() or why not. Must not block.
using Check = std::function<Status()>;
enum class CheckScope { Always, ReadyOnly };

class Health {
public:
    explicit Health(Core& core);
    void add(std::string name, CheckScope scope, Check check);
    // Once, when what is done at the start has been done; and when the server is about to stop, from which moment on it is not ready.
    void started() { started_ = true; }
    void stopping() { stopping_ = true; }
    // "/livez/ping", ...: the paths that answer for one check.
    std::vector<std::string> paths();
    // False when the path is not one of these.
    bool serve(net::Exchange& exchange, RequestContext& context);

private:
    struct Named {
        std::string name;
        CheckScope scope;
        Check check;
        int64_t successes = 0, failures = 0;      // as /metrics/slis saw them
    };
    std::string slis();
    void serve_checks(net::Exchange& exchange, RequestContext& context, const std::string& endpoint, const std::string& single);
    Core& core_;
    std::atomic<bool> started_{false}, stopping_{false};
    std::mutex mutex_;
    std::vector<Named> checks_;
};

}  // namespace skiff::apiserver
