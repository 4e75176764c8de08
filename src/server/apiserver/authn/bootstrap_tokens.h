// Bootstrap tokens: Secrets of type bootstrap.kubernetes.io/token in kube-system (Kubernetes reference, "Authenticating with Bootstrap
// Tokens"). User system:bootstrap:<id>, group system:bootstrappers and those that the Secret adds. Any thread.
#pragma once

#include <memory>

#include "base/clock.h"
#include "server/apiserver/authn/authenticator.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver {

// reader and clock must outlive it.
std::shared_ptr<Authenticator> make_bootstrap_token_authenticator(const Reader& reader, Clock& clock);

}  // namespace skiff::apiserver
