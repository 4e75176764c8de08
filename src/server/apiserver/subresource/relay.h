// relay: passes an exchange on to another HTTP server: plain answers stream through, upgraded connections (WebSocket, SPDY) become a
// pair of spliced byte streams. Never blocks; io threads.
#pragma once

#include <memory>
#include <string>

#include "net/http_client.h"
#include "net/http_server.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {

enum class RelayBody { Pass, Drop };

// url: where to. Credentials and hop-by-hop headers are not passed on; redirects are answered, never followed.
void relay(Core& core, const std::shared_ptr<net::HttpClient>& client, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, std::string url,
           RelayBody body = RelayBody::Pass);

}  // namespace skiff::apiserver
