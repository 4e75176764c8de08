// Authentication, impersonation and authorization of one request. io thread or any caller's; never blocks.
#pragma once

#include "server/apiserver/core.h"

namespace skiff::apiserver {

// The user of the request's credentials: the first authenticator that recognizes some, else anonymous. Unauthorized for bad ones.
Result<User> authenticate(const Core& core, const net::Request& request);
// Whether that waits for somebody outside: then not on an io thread.
bool authentication_waits(const Core& core, const net::Request& request);

// Impersonate-User, -Group, -Uid, -Extra-*: checked one by one as Kubernetes does, then the context's user is the wanted one.
Status impersonate(const Core& core, const net::Request& request, RequestContext& context);

// Forbidden with Kubernetes' words. reason, where given, gets the authorizer's own, for the audit log.
Status authorize(const Core& core, const Attributes& attributes, std::string* reason = nullptr);

}  // namespace skiff::apiserver
