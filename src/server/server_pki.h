// The cluster's certificates and keys, below <data-dir>/server/tls, files 0600: four CAs (server, client, request-header, kubelet), the
// service account key, and the leaf certificates of this server. Made on first start, leaves renewed when a third of their life is left
// or their names change. CAs put there beforehand are used.
// Made by the composition root before anything listens; values afterwards.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "pki/ca.h"

namespace skiff::server {

struct ServerPki {
    pki::CertificateAuthority server_ca, client_ca, request_header_ca, kubelet_ca;
    std::string service_account_key_pem;
    pki::KeyPair serving;              // the API's own
    pki::KeyPair kubelet_client;       // the API server towards node APIs
    pki::KeyPair admin, controllers, scheduler;
    pki::KeyPair proxy_client;         // front proxy, by the request-header CA
};

// names: DNS names and addresses of the serving certificate.
Result<ServerPki> ensure_pki(const std::string& folder, const pki::Names& serving_names, Clock& clock);

// The secrets that join: <data-dir>/server/{token,node-token,agent-token}.
struct JoinSecrets {
    std::string server_secret, agent_secret;
    std::string server_token, agent_token;   // K10<hash>::server:<secret>, K10<hash>::node:<secret>
};
// Given ones ("" none) are checked against what is stored: a different one is Conflict. Long and short forms are taken.
Result<JoinSecrets> ensure_join_secrets(const std::string& folder, const std::string& token, const std::string& agent_token, const std::string& server_ca_pem);

}  // namespace skiff::server
