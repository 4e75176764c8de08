// The bearer token of a request: Authorization: Bearer, or for browsers' WebSockets the subprotocol
// base64url.bearer.authorization.k8s.io.<token>. Any thread.
#pragma once

#include <string>

#include "base/status.h"
#include "net/http.h"

namespace skiff::apiserver {

// "" without one.
std::string bearer_token(const net::Request& request);
// Two spaces stand before the token: Kubernetes ignores it and says so.
bool has_spaced_token(const net::Request& request);
// The refusal of a credential. Who sent it reads "Unauthorized" and nothing more; why is for a TokenReview.
Status unauthorized(std::string why = "Unauthorized");

}  // namespace skiff::apiserver
