// A container's log from its node: streamed as the body, or over WebSocket one message a piece, as kube-apiserver offers it to browsers. What
// the node refuses is answered as a Status. Never blocks; io threads.
#pragma once

#include <memory>
#include <string>

#include "net/http_server.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {

// url: the node's, of the plain log.
void relay_log(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, std::string url);

}  // namespace skiff::apiserver
