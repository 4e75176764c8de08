// WatchStream: one watch as a chunked HTTP response. Frames that the client has not taken yet wait here as pointers to objects, not as
// text; over the bound the watch is closed, never waited for.
#pragma once

#include <memory>

#include "net/http_server.h"
#include "server/apiserver/core.h"
#include "server/apiserver/negotiate.h"

namespace skiff::apiserver {

// Starts the watch that the request asks for. io thread; never blocks. Answers itself, errors too.
void serve_watch(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context);

// What resourceVersion, sendInitialEvents and the selectors of a watch mean. Shared with the in-process client.
// Invalid when options of a watch do not go together.
Status check_watch_options(const net::Query& query);
Result<WatchSpec> watch_spec(const RequestContext& context, const net::Query& query);

}  // namespace skiff::apiserver
