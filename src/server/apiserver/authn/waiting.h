// WaitingAuthenticator: one that may have to ask somebody outside (an issuer for its keys, a webhook). The pipeline asks first, and then does
// not call it on an io thread.
#pragma once

#include "server/apiserver/authn/authenticator.h"

namespace skiff::apiserver {

class WaitingAuthenticator : public Authenticator {
public:
    // Whether authenticate() would wait for this request. Never blocks.
    virtual bool waits(const net::Request& request) = 0;
};

}  // namespace skiff::apiserver
