// Server: the composition root of the control plane: store, API server, controllers, scheduler, in this order of start and the reverse of
// stop. Wiring only. Owned by cmd_server.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/clock.h"
#include "client/client.h"
#include "net/io_threads.h"
#include "server/join.h"
#include "server/server_options.h"
#include "server/server_pki.h"

namespace skiff::server {

class Server {
public:
    // Opens the data dir, makes what is missing (certificates, tokens, kubeconfig), starts everything and listens. options.node_ip must be set.
    static Result<std::unique_ptr<Server>> start(ServerOptions options, net::IoThreads& io, Clock& clock);
    ~Server();                                          // stop()
    void stop();

    // The agent of this process talks to the API with its node's identity, as one on another machine does.
    std::shared_ptr<client::Client> node_client(const std::string& node_name);
    const JoinFacts& join_facts() const;
    const ServerOptions& options() const;
    const ServerPki& pki() const;
    uint16_t port() const;

private:
    struct Parts;
    explicit Server(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace skiff::server
