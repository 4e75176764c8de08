// The list of all controllers. The composition root adds them to its reconcile::Runtime.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "reconcile/controller.h"

namespace skiff::controllers {

struct ControllerOptions {
    std::string root_ca_pem;                 // published as kube-root-ca.crt in every namespace
    std::string cluster_cidr = "10.42.0.0/16";   // pod addresses; IPv4, with ",<IPv6 range>" for dual stack
    int node_cidr_bits = 24;
    std::string cluster_domain = "cluster.local";
    int64_t terminated_pods_max = 12'500;    // pod GC removes the oldest beyond
    int64_t node_grace_s = 50;               // a node whose lease is older is Unknown
    // CSR signing: PEM of CA certificate and key for each signer; a signer without is not served.
    struct Signer {
        std::string name, ca_pem, key_pem;
    };
    std::vector<Signer> signers;
};

std::vector<std::unique_ptr<reconcile::Controller>> make_controllers(const ControllerOptions& options);

}  // namespace skiff::controllers
