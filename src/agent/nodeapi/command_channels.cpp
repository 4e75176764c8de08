#include "agent/nodeapi/command_channels.h"

#include "agent/nodeapi/spdy_channels.h"
#include "agent/nodeapi/ws_channels.h"
#include "json/parse.h"
#include "net/spdy.h"
#include "net/websocket.h"

namespace skiff::agent::nodeapi {

CommandOptions CommandOptions::parse(const net::Query& query) {
    auto flag = [&](const char* name, const char* other) {
        for (const char* key : {name, other})
            if (query.get(key) == "1" || query.get(key) == "true") return true;
        return false;
    };
    return {flag("input", "stdin"), flag("output", "stdout"), flag("error", "stderr"), flag("tty", "tty")};
}

bool parse_resize(std::string_view text, uint16_t& columns, uint16_t& rows) {
    auto size = json::parse(text, {.depth_max = 3});
    if (!size.ok()) return false;
    const int64_t width = (*size)["Width"].as_int(), height = (*size)["Height"].as_int();
    if (width <= 0 || height <= 0 || width > 65535 || height > 65535) return false;
    columns = static_cast<uint16_t>(width);
    rows = static_cast<uint16_t>(height);
    return true;
}

void CommandChannels::accept(const net::ExchangePtr& exchange, const CommandOptions& options, sys::Poller& poller, sys::Timers& timers,
                             std::function<void(std::shared_ptr<CommandChannels>)> ready) {
    if (net::wants_websocket(exchange->request())) {
        if (auto channels = accept_ws_channels(*exchange, options, poller)) poller.post([channels, ready = std::move(ready)] { ready(channels); });
        return;
    }
    if (net::wants_spdy(exchange->request())) return accept_spdy_channels(*exchange, options, poller, timers, std::move(ready));
    net::Response refused;
    refused.code = 400;
    refused.body = net::make_bytes("Upgrade request required");
    exchange->respond(std::move(refused));
}

}  // namespace skiff::agent::nodeapi
