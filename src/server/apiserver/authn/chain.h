// The authenticators in their order: front proxy, client certificate, bootstrap token, service account token, join secret, foreign tokens. A bearer token or
// basic credential that none of them knows is Unauthorized. Whoever shows nothing is anonymous; the pipeline names them so.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/apiserver/authn/authenticator.h"
#include "server/apiserver/authn/service_accounts.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver {

struct AuthenticationOptions {
    std::string client_ca_pem;                              // "" leaves client certificates out
    std::string request_header_ca_pem;                      // "" leaves front proxies out
    std::vector<std::string> request_header_names;          // CNs of front proxies; empty: any that the CA signed
    std::vector<std::string> service_account_key_pems;      // public or private; several while a key is replaced
    ServiceAccountOptions service_accounts;
    std::string agent_secret_sha256, server_secret_sha256;  // join secrets; "" leaves them out
    bool anonymous = true;                                  // whether requests without credentials get further
    std::vector<std::string> anonymous_paths;               // and to which paths; empty: everywhere
    std::vector<std::shared_ptr<Authenticator>> foreign;    // OIDC issuers and the token webhook, after our own
};

// reader and clock must outlive them.
Result<std::vector<std::shared_ptr<Authenticator>>> make_authenticators(const AuthenticationOptions& options, const Reader& reader, Clock& clock);

}  // namespace skiff::apiserver
