// The list of all controllers. The composition root adds them to its reconcile::Runtime.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/kind.h"
#include "reconcile/runtime.h"
#include "server/controllers/account_tokens.h"
#include "server/controllers/signing_request.h"

namespace skiff::controllers {

struct Options {
    std::string server_ca_pem;               // published as kube-root-ca.crt in every namespace
    std::string server_node;                 // the node of this process; "" without one
    std::string cluster_cidr = "10.42.0.0/16";   // pod addresses; IPv4, with ",<IPv6 range>" for dual stack
    int node_cidr_bits = 24;
    int64_t terminated_pods_max = 12'500;    // pod GC removes the oldest beyond
    int64_t node_grace_s = 50;               // a node whose lease is older is Unknown
    // The kinds that the server serves besides CRDs. Null: discovery is asked.
    std::shared_ptr<const api::KindRegistry> kinds;
    // CSR signing: PEM of CA certificate and key for each signer; a signer without is not served.
    std::vector<CsrSigner> signers;
    TokenSigner sign_token;                  // of long-lived service account tokens; empty: Secrets for them stay empty
};

void add_all(reconcile::Runtime& runtime, const Options& options);

}  // namespace skiff::controllers
