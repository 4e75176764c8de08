// A short answer of the node API. Any thread.
#pragma once

#include <string>
#include <utility>

#include "base/status.h"
#include "net/http_server.h"

namespace skiff::agent::nodeapi {

inline void answer(net::Exchange& exchange, int code, std::string text, const char* type = "text/plain; charset=utf-8") {
    net::Response response;
    response.code = code;
    response.headers.set("Content-Type", type);
    response.body = net::make_bytes(std::move(text));
    exchange.respond(std::move(response));
}

inline void answer(net::Exchange& exchange, const Status& status) { answer(exchange, status.code(), status.message()); }

}  // namespace skiff::agent::nodeapi
