// Admission of what subresources take: a body that is created there and never stored, or a connection. Pool threads only, as webhooks may be asked.
#pragma once

#include "server/apiserver/core.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver {

// Eviction, Binding, TokenRequest: mutating plugins may change the body, which gets the request's name and namespace when it has none.
Status admit_created(Core& core, RequestContext& context, const api::Gvk& gvk, std::string_view type, json::Value& body);

// options: PodExecOptions, PodProxyOptions, ... with their kind.
Status admit_connect(Core& core, RequestContext& context, json::Value options);

}  // namespace skiff::apiserver
