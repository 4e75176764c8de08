// The bootstrap signer: signs the kubeconfig of ConfigMap kube-public/cluster-info with every bootstrap token that allows it, so that a
// machine that knows a token can trust what it reads there (Kubernetes reference, "ConfigMap Signing").
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_bootstrap_signer();

// A JWS of content with HS256, its payload left out: "<header>..<signature>". Pure.
std::string detached_signature(std::string_view content, const std::string& token_id, const std::string& token_secret);

}  // namespace skiff::controllers
