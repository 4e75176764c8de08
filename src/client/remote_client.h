// RemoteClient: client::Client over HTTPS to one or several API servers. A server that cannot be reached is passed over for the next one.
//
// Threads: requests block their caller; watch bytes arrive on the io threads, events are read and handed out on one dispatch thread of the
// client, in order. Bounded: a watch whose events wait too long is ended (the informer resumes it). Outlived by the IoThreads.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "client/client.h"
#include "net/http_client.h"
#include "net/io_threads.h"
#include "net/tls.h"

namespace skiff::client {

struct RemoteConfig {
    std::vector<std::string> servers;             // base URLs: https://127.0.0.1:6443; tried in turn
    net::TlsClientConfig tls;
    std::string token, token_file;                // the file is read again when it changes
    std::string username, password;               // basic authentication
    std::string impersonate_user;
    std::vector<std::string> impersonate_groups;
    std::string user_agent = "skiff";
    std::string field_manager;                    // of writes that name none
    std::chrono::milliseconds timeout{60'000};
};

class RemoteClient : public Client {
public:
    static Result<std::shared_ptr<RemoteClient>> create(net::IoThreads& io, RemoteConfig config);
    // New certificates for the connections made from now on.
    virtual Status reload_tls(const net::TlsClientConfig& config) = 0;
    // New base URLs, for example when the servers of a cluster changed.
    virtual void set_servers(std::vector<std::string> servers) = 0;
    // What requests carry, for callers that speak HTTP themselves (exec, logs, port-forward): a URL on the current server, headers with
    // credentials, and the client that has the TLS configuration.
    virtual net::ClientRequest prepare(const RawRequest& request) = 0;
    virtual std::shared_ptr<net::HttpClient> http() = 0;
};

}  // namespace skiff::client
