// A container's log over WebSocket: one message a piece, as kube-apiserver offers it to browsers. Never blocks; io threads.
#pragma once

#include <memory>
#include <string>

#include "net/http_server.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {

// url: the node's, of the plain log. What the node refuses is answered as HTTP, before the connection is upgraded.
void serve_log_socket(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, std::string url);

}  // namespace skiff::apiserver
