#include "server/apiserver/authn/token_issuer.h"

#include "base/random.h"
#include "base/strings.h"

namespace skiff::apiserver {

json::Value token_claims(const TokenIssuer::Claims& claims, const std::string& issuer, const std::string& id, int64_t now_s) {
    auto reference = [](const std::string& name, const std::string& uid) { return json::Value::object({{"name", name}, {"uid", uid}}); };
    json::Value bound = json::Value::object({{"namespace", claims.ns}});
    if (!claims.bound.kind.empty()) bound.set(lower(claims.bound.kind), reference(claims.bound.name, claims.bound.uid));
    if (!claims.node_name.empty()) {
        json::Value& node = bound.set("node", json::Value::object({{"name", claims.node_name}}));
        if (!claims.node_uid.empty()) node.set("uid", claims.node_uid);
    }
    bound.set("serviceaccount", reference(claims.service_account, claims.uid));
    json::Value audiences = json::Value::array();
    for (const auto& audience : claims.audiences) audiences.push_back(audience);
    return json::Value::object({{"aud", std::move(audiences)},
                                {"exp", now_s + claims.expires_in_s},
                                {"iat", now_s},
                                {"iss", issuer},
                                {"jti", id},
                                {"kubernetes.io", std::move(bound)},
                                {"nbf", now_s},
                                {"sub", "system:serviceaccount:" + claims.ns + ":" + claims.service_account}});
}

Result<std::shared_ptr<ServiceAccountIssuer>> ServiceAccountIssuer::create(std::string_view key_pem, ServiceAccountOptions options, Clock& clock) {
    auto signer = TRY(pki::JwtSigner::from_pem(key_pem));
    return std::shared_ptr<ServiceAccountIssuer>(new ServiceAccountIssuer(std::move(signer), std::move(options), clock));
}

Result<TokenIssuer::Token> ServiceAccountIssuer::issue(const Claims& claims) {
    auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    Claims filled = claims;
    if (filled.audiences.empty()) filled.audiences = default_audiences();
    Token token;
    token.text = TRY(signer_.sign(token_claims(filled, options_.issuer, random_uuid(), now.time_since_epoch().count())));
    token.expires = now + std::chrono::seconds(claims.expires_in_s);
    return token;
}

json::Value ServiceAccountIssuer::jwks() const { return pki::JwtVerifier(std::vector<pki::PublicKey>{signer_.public_key()}).jwks(); }

json::Value ServiceAccountIssuer::discovery(const std::string& jwks_uri) const {
    bool rsa = signer_.public_key().type() == pki::KeyType::Rsa;
    return json::Value::object({{"issuer", options_.issuer},
                                {"jwks_uri", jwks_uri},
                                {"response_types_supported", json::Value::array({"id_token"})},
                                {"subject_types_supported", json::Value::array({"public"})},
                                {"id_token_signing_alg_values_supported", json::Value::array({rsa ? "RS256" : "ES256"})}});
}

}  // namespace skiff::apiserver
