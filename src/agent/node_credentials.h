// NodeCredentials: what a node is given when it joins: certificates for both of its sides, the CAs, and facts of the cluster. Kept below
// <data-dir>/agent, so that a node starts again while no server answers.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "json/value.h"
#include "net/io_threads.h"

namespace skiff::agent {

struct NodeCredentials {
    std::string client_certificate_pem, client_key_pem;      // system:node:<name>, for calls to the API
    std::string serving_certificate_pem, serving_key_pem;    // of the node API
    std::string client_ca_pem;                               // who may call the node API
    std::string server_ca_pem;                               // of the API server
    std::string cluster_dns, cluster_domain, cluster_cidr, service_cidr;
};

// Keys and requests for certificates. The names in a request are only a proposal.
struct NodeRequests {
    std::string client_key_pem, client_csr_pem, serving_key_pem, serving_csr_pem;
};
Result<NodeRequests> make_node_requests(const std::string& node_name, const std::vector<std::string>& ips);
// The server's answer ({"client", "serving", "clientCa", ...}) with our keys.
Result<NodeCredentials> complete(const NodeRequests& requests, const json::Value& answer);

struct JoinOptions {
    std::string server;                                      // https://host:6443
    std::string token;                                       // K10<hash>::node:<secret>, a bare secret, or a bootstrap token
    std::string node_name;
    std::vector<std::string> node_ips;
    std::string data_dir = "/var/lib/skiff";
};
// Uses what an earlier join left, when it is still good for a while; otherwise asks the server. Blocking; never on an io thread.
Result<NodeCredentials> join_cluster(net::IoThreads& io, const JoinOptions& options, Clock& clock);

}  // namespace skiff::agent
