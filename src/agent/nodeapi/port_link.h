// PortLink: one forwarded connection: a client's data stream joined with a socket in the pod. Frees itself at the end.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "agent/sys/poller.h"
#include "base/fd.h"
#include "net/stream.h"

namespace skiff::agent::nodeapi {

// On the poller's thread. ended is called once, there, when both directions have ended.
void link_stream(std::shared_ptr<net::Stream> stream, Fd socket, sys::Poller& poller, std::function<void()> ended);

}  // namespace skiff::agent::nodeapi
