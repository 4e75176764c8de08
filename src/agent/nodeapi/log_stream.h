// LogStream: sends a container's log to one reader, and follows it (inotify) until the container ends or the reader goes. Works on the
// poller's thread in small pieces; a slow reader holds back only itself.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/nodeapi/cri_log.h"
#include "agent/sys/poller.h"
#include "agent/sys/timers.h"
#include "net/http_server.h"

namespace skiff::agent::nodeapi {

struct LogSource {
    std::string path;
    std::function<bool()> running;        // does the container still run; cheap, any thread
    // Calls back, on any thread, when the answer of running() may have changed, while what it returns lives. May be null.
    std::function<std::shared_ptr<void>(std::function<void()>)> watch;
};

// Answers the exchange. NotFound and the like are answered as plain text, as the kubelet does.
void stream_log(net::ExchangePtr exchange, LogSource source, LogOptions options, sys::Poller& poller, sys::Timers& timers);

}  // namespace skiff::agent::nodeapi
