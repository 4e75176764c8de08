// Calls to the APIs of nodes (port 10250) with the API server's own certificate, for the parts of this process that are not the API server.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "client/client.h"
#include "net/http_client.h"
#include "net/io_threads.h"
#include "net/tls.h"

namespace skiff::server {

class NodeCalls {
public:
    // client: may get nodes. io and client outlive the calls.
    NodeCalls(net::IoThreads& io, std::shared_ptr<net::TlsClientContext> tls, std::shared_ptr<client::Client> client);
    // The body of a 200 answer, or why not. done is called once, on an io thread or on the caller's. path begins with '/'.
    void call(const std::string& method, const std::string& node, const std::string& path, std::function<void(Result<std::string>)> done) const;
    // The same, waiting. Never on an io thread.
    Result<std::string> call(const std::string& method, const std::string& node, const std::string& path) const;

private:
    Result<net::ClientRequest> request(const std::string& method, const std::string& node, const std::string& path) const;
    std::shared_ptr<net::HttpClient> http_;
    std::shared_ptr<client::Client> client_;
};

}  // namespace skiff::server
