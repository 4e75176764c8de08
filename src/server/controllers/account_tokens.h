// Long-lived service account tokens: Secrets of type kubernetes.io/service-account-token are filled with a token, the CA and the
// namespace, and go with their ServiceAccount.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "json/value.h"
#include "reconcile/controller.h"

namespace skiff::controllers {

// Signs a token's claims with the cluster's service account key. Any thread.
using TokenSigner = std::function<Result<std::string>(const json::Value& claims)>;

std::unique_ptr<reconcile::Controller> make_account_token_controller(std::string server_ca_pem, TokenSigner sign);

// The claims of such a token: no expiry, the names as Kubernetes' first tokens had them. Pure.
json::Value account_token_claims(const api::Meta& account, const std::string& secret);

}  // namespace skiff::controllers
