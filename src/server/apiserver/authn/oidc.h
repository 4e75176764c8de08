// ID tokens of OpenID Connect issuers as bearer tokens. Signature, issuer and times are checked on every request, which costs one signature;
// what follows from the claims is in jwt_issuers.h. Any thread; see waiting.h.
#pragma once

#include <memory>

#include "base/clock.h"
#include "server/apiserver/authn/authenticator.h"
#include "server/apiserver/authn/jwt_issuers.h"
#include "server/apiserver/authn/key_source.h"

namespace skiff::apiserver {

// clock must outlive it. Begins to fetch the keys.
std::shared_ptr<Authenticator> make_oidc_authenticator(JwtIssuer issuer, std::shared_ptr<KeySource> keys, Clock& clock);
// The same over HTTPS with the issuer's certificate authority.
Result<std::shared_ptr<Authenticator>> make_oidc_authenticator(JwtIssuer issuer, net::IoThreads& io, Clock& clock);

}  // namespace skiff::apiserver
