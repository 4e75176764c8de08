// Service account tokens: JWTs that this cluster signed, bound to their ServiceAccount and, mostly, to a Pod, Secret or Node. Signatures are
// remembered for a while; the objects are looked up on every request, so that a token dies with what it is bound to. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "pki/jwt.h"
#include "server/apiserver/authn/authenticator.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver {

struct ServiceAccountOptions {
    std::string issuer = "https://kubernetes.default.svc.cluster.local";
    std::vector<std::string> audiences;   // that this API answers to; empty: the issuer
    // Hears that a token without expiry was shown whose Secret does not say so for today yet (label kLastUsedLabel); must not block.
    std::function<void(const api::Meta& secret, const std::string& today)> token_used;

    std::vector<std::string> api_audiences() const { return audiences.empty() ? std::vector<std::string>{issuer} : audiences; }
};

inline constexpr const char* kLastUsedLabel = "kubernetes.io/legacy-token-last-used";

// reader and clock must outlive it.
std::shared_ptr<Authenticator> make_service_account_authenticator(pki::JwtVerifier verifier, ServiceAccountOptions options, const Reader& reader,
                                                                  Clock& clock);

}  // namespace skiff::apiserver
