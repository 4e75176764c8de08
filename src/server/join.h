// How a machine joins: GET /cacerts gives the CA bundle that the token's hash is compared with; POST /v1-skiff/node-certs (basic
// authentication with the join secret, or a bootstrap token) signs the node's two requests. Names in a certificate come from headers that are
// checked, never from the request: client CN system:node:<name>, O system:nodes; serving: name and addresses of the node.
//
//   request   Skiff-Node-Name, Skiff-Node-Ips (comma separated), Skiff-Node-Password; body {"client": CSR, "serving": CSR} (PEM)
//   answer    {"client", "serving", "clientCa", "serverCa", "clusterDns", "clusterDomain", "clusterCidr", "serviceCidr"}
//
// Threads: any; nothing blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "client/client.h"
#include "net/http.h"
#include "server/server_options.h"
#include "server/server_pki.h"

namespace skiff::server {

struct JoinFacts {
    const ServerPki* pki = nullptr;
    const JoinSecrets* secrets = nullptr;
    const ServerOptions* options = nullptr;
    Clock* clock = nullptr;
    // With the server's own identity: bootstrap tokens and node passwords are Secrets in kube-system.
    std::shared_ptr<client::Client> client;
};

net::Response answer_ca_bundle(const JoinFacts& facts);
// Blocks on the client: call it from a pool thread.
net::Response answer_node_certs(const JoinFacts& facts, const net::Request& request);
// What the agent in the server's own process gets, without a request.
Result<json::Value> sign_node(const JoinFacts& facts, const std::string& node_name, const std::vector<std::string>& node_ips,
                              const std::string& client_csr, const std::string& serving_csr);

}  // namespace skiff::server
