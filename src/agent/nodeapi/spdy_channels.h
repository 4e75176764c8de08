// CommandChannels over SPDY/3.1: the client opens one stream a channel, named by its streamtype header.
#pragma once

#include <functional>
#include <memory>

#include "agent/nodeapi/command_channels.h"

namespace skiff::agent::nodeapi {

// Answers the handshake; ready is called on the poller's thread once the client has opened all streams.
void accept_spdy_channels(net::Exchange& exchange, const CommandOptions& options, sys::Poller& poller, sys::Timers& timers,
                          std::function<void(std::shared_ptr<CommandChannels>)> ready);

}  // namespace skiff::agent::nodeapi
