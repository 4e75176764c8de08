#include "server/apiserver/authn/oidc.h"

#include <algorithm>

#include "base/log.h"
#include "pki/jwt.h"
#include "server/apiserver/authn/bearer.h"
#include "server/apiserver/authn/waiting.h"

namespace skiff::apiserver {

namespace {

class OidcAuthenticator : public WaitingAuthenticator {
public:
    OidcAuthenticator(JwtIssuer issuer, std::shared_ptr<KeySource> keys, Clock& clock) : issuer_(std::move(issuer)), keys_(std::move(keys)), clock_(clock) {}

    bool waits(const net::Request& request) override {
        const std::string token = bearer_token(request);
        return ours(token) && keys_->wants_fetch(pki::unverified_kid(token));
    }

    Result<std::optional<User>> authenticate(const net::Request& request) override {
        const std::string token = bearer_token(request);
        if (!ours(token)) return std::optional<User>();
        if (keys_->wants_fetch(pki::unverified_kid(token)))
            if (Status fetched = keys_->fetch(); !fetched.ok()) log::warn("authentication", "keys of an issuer were not fetched", {{"issuer", issuer_.url}, {"error", fetched.message()}});
        auto keys = keys_->keys();
        if (!keys) return unauthorized(fmt::format("oidc: authenticator for issuer \"{}\" is not initialized", issuer_.url));
        auto claims = keys->verify(token, issuer_.algorithms);
        if (!claims.ok()) return unauthorized("oidc: verify token: " + claims.status().message());
        if (Status times = pki::check_times(*claims, clock_.now()); !times.ok()) return unauthorized("oidc: verify token: oidc: token is expired");
        auto user = user_of_claims(issuer_, *claims);
        if (!user.ok()) return unauthorized(user.status().message());
        if (const std::string& id = (*claims)["jti"].as_string(); !id.empty()) user->extra["authentication.kubernetes.io/credential-id"] = {"JTI=" + id};
        // A TokenReview that asks for audiences: the matched ones are among the token's own.
        if (auto asked = request.headers.all(kAudienceHeader); !asked.empty()) {
            std::erase_if(asked, [&](const std::string& audience) { return std::find(issuer_.audiences.begin(), issuer_.audiences.end(), audience) == issuer_.audiences.end(); });
            if (asked.empty()) return unauthorized();
            user->extra[std::string(kMatchedAudiences)] = std::move(asked);
        }
        return std::optional<User>(std::move(user).value());
    }

private:
    bool ours(const std::string& token) const {
        if (std::count(token.begin(), token.end(), '.') != 2) return false;
        auto claims = pki::unverified_claims(token);
        return claims.ok() && (*claims)["iss"].as_string() == issuer_.url;
    }

    const JwtIssuer issuer_;
    const std::shared_ptr<KeySource> keys_;
    Clock& clock_;
};

}  // namespace

std::shared_ptr<Authenticator> make_oidc_authenticator(JwtIssuer issuer, std::shared_ptr<KeySource> keys, Clock& clock) {
    return std::make_shared<OidcAuthenticator>(std::move(issuer), std::move(keys), clock);
}

Result<std::shared_ptr<Authenticator>> make_oidc_authenticator(JwtIssuer issuer, net::IoThreads& io, Clock& clock) {
    auto tls = TRY(net::TlsClientContext::create({.ca_pem = issuer.ca_pem}).context("the certificate authority of the issuer {}", issuer.url));
    auto keys = std::make_shared<KeySource>(net::HttpClient::create(io, std::move(tls)), issuer.url, issuer.discovery_url, clock);
    keys->fetch_in_background();
    return make_oidc_authenticator(std::move(issuer), std::move(keys), clock);
}

}  // namespace skiff::apiserver
