// Session: the connection of one kubectl call: requests with kubectl's errors, warnings and timeouts, and what discovery says. One thread;
// owns its io thread. Errors of the server keep their reason; those of the connection are Reason::Unknown.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/gvk.h"
#include "cli/kubectl/discovery.h"
#include "client/remote_client.h"
#include "json/value.h"
#include "net/http.h"
#include "net/stream.h"
#include "net/websocket.h"

namespace skiff::cli::kubectl {

// How to reach the cluster: the global flags.
struct Connect {
    std::string kubeconfig, context, cluster, user, ns, server, token, as, request_timeout = "0", verbosity = "0";
    std::vector<std::string> as_groups;
    bool insecure = false, warnings_as_errors = false;
};

struct Ask {
    std::string method = "GET", path;         // path with query
    std::string body = {}, content_type = "application/json", accept = "application/json";
};

class Session {
public:
    static Result<std::unique_ptr<Session>> open(const Connect& connect);
    ~Session();
    const std::string& ns() const { return ns_; }
    const std::string& server() const { return server_; }
    bool ns_given() const { return ns_given_; }
    int warnings() const { return warnings_; }

    // The body of a good answer; warnings of the server go to stderr.
    Result<std::string> text(const Ask& ask);
    Result<json::Value> ask(const Ask& ask);
    Result<json::Value> get(const std::string& path) { return ask({"GET", path}); }
    // The answer in pieces, to the calling thread, until it ends or on_data returns false.
    Status stream(const Ask& ask, const std::function<bool(std::string_view)>& on_data);
    // A WebSocket with one of these protocols. max_bytes: of one message.
    Result<std::shared_ptr<net::WebSocket>> websocket(const std::string& path, const std::vector<std::string>& protocols);

    Result<const Discovery*> discovery();
    net::IoThreads& io() { return *io_; }
    client::RemoteClient& client() { return *client_; }

private:
    Session() = default;
    net::ClientRequest prepare(const Ask& ask);
    void show_warnings(const net::Headers& headers);
    std::unique_ptr<net::IoThreads> io_;
    std::shared_ptr<client::RemoteClient> client_;
    std::string ns_, server_;
    bool ns_given_ = false;
    int warnings_ = 0;
    std::chrono::milliseconds timeout_{0};
    std::unique_ptr<Discovery> discovery_;
};

// The path of an object or list, with further query parameters.
std::string api_path(const api::Gvr& gvr, const std::string& ns, const std::string& name = {}, const std::string& subresource = {},
                     const net::Query& query = {});

}  // namespace skiff::cli::kubectl
