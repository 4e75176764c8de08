#include "net/spdy.h"

#include "base/strings.h"

namespace skiff::net {

bool wants_spdy(const Request& request) {
    return contains(lower(request.headers.get("Connection")), "upgrade") && lower(request.headers.get("Upgrade")) == "spdy/3.1";
}

std::shared_ptr<SpdySession> accept_spdy(Exchange& exchange, Headers headers) {
    headers.set("Connection", "Upgrade");
    headers.set("Upgrade", "SPDY/3.1");
    auto stream = exchange.upgrade(std::move(headers));
    return stream ? SpdySession::create(std::move(stream), SpdyRole::Server) : nullptr;
}

}  // namespace skiff::net
