// Service account tokens: JWTs that this cluster signed, bound to their ServiceAccount and, mostly, to a Pod, Secret or Node. Signatures are
// remembered for a while; the objects are looked up on every request, so that a token dies with what it is bound to. Any thread.
#pragma once

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

    std::vector<std::string> api_audiences() const { return audiences.empty() ? std::vector<std::string>{issuer} : audiences; }
};

// reader and clock must outlive it.
std::shared_ptr<Authenticator> make_service_account_authenticator(pki::JwtVerifier verifier, ServiceAccountOptions options, const Reader& reader,
                                                                  Clock& clock);

}  // namespace skiff::apiserver
