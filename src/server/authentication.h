// Who may talk to the API, and what they may do: authenticators, token issuer, Node and RBAC authorizers, wired for one server.
#pragma once

#include <memory>

#include "base/clock.h"
#include "server/apiserver/api_server.h"
#include "server/apiserver/authn/token_issuer.h"
#include "server/api_settings.h"
#include "server/server_options.h"
#include "server/server_pki.h"

namespace skiff::server {

// Before ApiServer::create: the token issuer and the objects of the bootstrap policy.
Result<std::shared_ptr<apiserver::ServiceAccountIssuer>> prepare_authentication(const ServerPki& pki, const ServerOptions& options, const ApiSettings& settings, Clock& clock,
                                                                                apiserver::ApiServerOptions& api);
// Before ApiServer::start: what reads the cluster's objects.
Status finish_authentication(apiserver::ApiServer& api, const ServerPki& pki, const JoinSecrets& secrets, const ApiSettings& settings, net::IoThreads& io, Clock& clock);

}  // namespace skiff::server
