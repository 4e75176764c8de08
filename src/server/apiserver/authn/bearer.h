// The bearer token of a request: Authorization: Bearer, or for browsers' WebSockets the subprotocol
// base64url.bearer.authorization.k8s.io.<token>. Any thread.
#pragma once

#include <string>

#include "base/status.h"
#include "net/http.h"

namespace skiff::apiserver {

// "" without one.
std::string bearer_token(const net::Request& request);
Status unauthorized();   // what every refusal of a credential says: nothing more

}  // namespace skiff::apiserver
