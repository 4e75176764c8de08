#include "server/apiserver/authn/chain.h"

#include <algorithm>

#include "server/apiserver/authn/bearer.h"
#include "server/apiserver/authn/bootstrap_tokens.h"
#include "server/apiserver/authn/certificates.h"
#include "server/apiserver/authn/join_tokens.h"

namespace skiff::apiserver {

namespace {

// The last one: a token that nobody recognized must not pass as anonymous. Other schemes of Authorization are no credentials here.
class RefuseUnknown : public Authenticator {
public:
    RefuseUnknown(bool anonymous, std::vector<std::string> paths) : anonymous_(anonymous), paths_(std::move(paths)) {}
    Result<std::optional<User>> authenticate(const net::Request& request) override {
        if (!bearer_token(request).empty() || !anonymous_) return unauthorized();
        if (!paths_.empty() && std::find(paths_.begin(), paths_.end(), request.path) == paths_.end()) return unauthorized();
        return std::optional<User>();
    }

private:
    const bool anonymous_;
    const std::vector<std::string> paths_;
};

}  // namespace

Result<std::vector<std::shared_ptr<Authenticator>>> make_authenticators(const AuthenticationOptions& options, const Reader& reader, Clock& clock) {
    std::vector<std::shared_ptr<Authenticator>> out;
    if (!options.request_header_ca_pem.empty())
        out.push_back(make_request_header_authenticator(options.request_header_ca_pem, options.request_header_names, clock));
    if (!options.client_ca_pem.empty()) out.push_back(make_certificate_authenticator(options.client_ca_pem, clock));
    out.push_back(make_bootstrap_token_authenticator(reader, clock));
    if (!options.service_account_key_pems.empty()) {
        auto verifier = TRY(pki::JwtVerifier::from_pems(options.service_account_key_pems));
        out.push_back(make_service_account_authenticator(std::move(verifier), options.service_accounts, reader, clock));
    }
    if (!options.agent_secret_sha256.empty() || !options.server_secret_sha256.empty())
        out.push_back(make_join_token_authenticator(options.agent_secret_sha256, options.server_secret_sha256));
    out.insert(out.end(), options.foreign.begin(), options.foreign.end());
    out.push_back(std::make_shared<RefuseUnknown>(options.anonymous, options.anonymous_paths));
    return out;
}

}  // namespace skiff::apiserver
