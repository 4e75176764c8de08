// Port-forward over plain WebSocket channels: for the i-th port of the query, channel 2i carries data and 2i+1 errors; the first message of
// each from the server is the port, little endian.
#pragma once

#include <string>

#include "agent/sys/poller.h"
#include "base/thread_pool.h"
#include "net/http_server.h"

namespace skiff::agent::nodeapi {

void serve_ws_port_forward(net::Exchange& exchange, const std::string& pod_name, const std::string& netns_path, sys::Poller& poller, ThreadPool& pool);

}  // namespace skiff::agent::nodeapi
