// Certificate signing requests: the signer, for Kubernetes' own signer names, and the approver of kubelets' client certificates.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pki/certificate.h"
#include "reconcile/controller.h"

namespace skiff::controllers {

struct CsrSigner {
    std::string name, ca_pem, key_pem;       // kubernetes.io/kube-apiserver-client, ...
};
std::unique_ptr<reconcile::Controller> make_csr_signer(std::vector<CsrSigner> signers);
std::unique_ptr<reconcile::Controller> make_csr_approver();

// Why the signer does not take such a request; "" when it does. Pure.
std::string refuse_request(const std::string& signer, const pki::Names& names, const json::Value& usages);
// A kubelet's client certificate, as its names and usages tell. Pure.
bool is_kubelet_client(const pki::Names& names, const json::Value& usages);

}  // namespace skiff::controllers
