// relay: passes an exchange on to another HTTP server: plain answers stream through, upgraded connections (WebSocket, SPDY) become a
// pair of spliced byte streams. Never blocks; io threads.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/http_client.h"
#include "net/http_server.h"
#include "server/apiserver/core.h"
#include "server/apiserver/subresource/proxy_rewrite.h"

namespace skiff::apiserver {

enum class RelayBody { Pass, Drop };

// url: where to. Credentials and hop-by-hop headers are not passed on; redirects are answered, never followed.
// connect_address: dialled instead of the URL's host, "" the host.
// place: links of HTML pages and redirects are rewritten for it; pages beyond a few megabytes and compressed ones pass as they are.
void relay(Core& core, const std::shared_ptr<net::HttpClient>& client, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, std::string url,
           RelayBody body = RelayBody::Pass, std::optional<ProxyPlace> place = {}, std::string connect_address = {});
// relay() for the proxy subresources: passes path and query on to base, answers a bare ".../proxy" by a redirect to ".../proxy/".
void relay_proxy(Core& core, const std::shared_ptr<net::HttpClient>& client, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, const std::string& base);

}  // namespace skiff::apiserver
