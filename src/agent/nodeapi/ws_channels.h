// CommandChannels over WebSocket.
#pragma once

#include <memory>

#include "agent/nodeapi/command_channels.h"

namespace skiff::agent::nodeapi {

// Answers the handshake; null when it was refused (and answered).
std::shared_ptr<CommandChannels> accept_ws_channels(net::Exchange& exchange, const CommandOptions& options, sys::Poller& poller);

}  // namespace skiff::agent::nodeapi
