// NodeApi: the HTTPS server of the node (port 10250) that the API server and monitoring talk to: logs, exec, attach, port-forward, stats,
// metrics, pods. Every request is authenticated and authorized (access.h) before anything is looked at.
//
// Owned by the agent. Handlers run on io threads and hand what blocks to a small pool; streams are served by the poller's thread.
#pragma once

#include <memory>
#include <string>

#include "agent/node/machine.h"
#include "agent/pods/pod_manager.h"
#include "agent/runtime/runtime.h"
#include "agent/sys/poller.h"
#include "agent/sys/timers.h"
#include "client/client.h"
#include "net/http_server.h"
#include "net/io_threads.h"

namespace skiff::agent::nodeapi {

class NodeApi {
public:
    struct Options {
        std::string address = "0.0.0.0";
        uint16_t port = 10250;
        net::TlsServerConfig tls;                    // the node's serving certificate; client_ca_pem of the cluster
        std::string node_name, data_dir;
        node::Machine machine;
        pods::NodeConfig config;                     // where pods' files are
        std::shared_ptr<client::Client> client;      // reviews
        pods::PodManager* pods = nullptr;
        runtime::Runtime* runtime = nullptr;
        images::ImageStore* images = nullptr;
        net::IoThreads* io = nullptr;
        sys::Poller* poller = nullptr;
        sys::Timers* timers = nullptr;
        Clock* clock = &Clock::system();
    };
    static Result<std::unique_ptr<NodeApi>> start(Options options);
    virtual ~NodeApi() = default;                    // stop()
    virtual uint16_t port() const = 0;
    virtual void stop() = 0;
    // New certificates for new connections.
    virtual Status reload(const net::TlsServerConfig& tls) = 0;
};

}  // namespace skiff::agent::nodeapi
