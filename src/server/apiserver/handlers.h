// handlers: API requests over HTTP to operations. io thread; what may block goes to the pool. Each answers its exchange exactly once.
#pragma once

#include <memory>

#include "net/http_server.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {

// A request for a resource that has been authenticated and authorized.
void handle_resource(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context);

// Runs task on the pool; answers 429 when the pool is full.
void on_pool(Core& core, const net::ExchangePtr& exchange, const std::shared_ptr<RequestContext>& context, std::function<void()> task);

}  // namespace skiff::apiserver
