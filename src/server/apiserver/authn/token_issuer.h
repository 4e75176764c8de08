// ServiceAccountIssuer: signs the tokens that TokenRequest gives out, with the claims that Kubernetes' own have. Any thread.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "pki/jwt.h"
#include "server/apiserver/authn/service_accounts.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {

class ServiceAccountIssuer : public TokenIssuer {
public:
    // clock must outlive it.
    static Result<std::shared_ptr<ServiceAccountIssuer>> create(std::string_view key_pem, ServiceAccountOptions options, Clock& clock);

    Result<Token> issue(const Claims& claims) override;
    const std::string& issuer() const override { return options_.issuer; }
    std::vector<std::string> default_audiences() const override { return options_.api_audiences(); }
    // What /openid/v1/jwks answers, and what /.well-known/openid-configuration does; jwks_uri points at the server's address.
    json::Value jwks() const;
    json::Value discovery(const std::string& jwks_uri) const;

private:
    ServiceAccountIssuer(pki::JwtSigner signer, ServiceAccountOptions options, Clock& clock)
        : signer_(std::move(signer)), options_(std::move(options)), clock_(clock) {}
    pki::JwtSigner signer_;
    ServiceAccountOptions options_;
    Clock& clock_;
};

// The claims of a token issued at now. Pure.
json::Value token_claims(const TokenIssuer::Claims& claims, const std::string& issuer, const std::string& id, int64_t now_s);

}  // namespace skiff::apiserver
