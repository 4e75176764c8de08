// Port-forward: connections of the client to 127.0.0.1 inside a pod's network namespace. Transports: SPDY/3.1 (portforward.k8s.io), the
// same tunnelled through a WebSocket (SPDY/3.1+portforward.k8s.io), and the older WebSocket channels (v4.channel.k8s.io).
#pragma once

#include <functional>
#include <string>

#include "agent/sys/poller.h"
#include "base/fd.h"
#include "base/thread_pool.h"
#include "net/http_server.h"

namespace skiff::agent::nodeapi {

// A connected, non-blocking socket to port on the pod's loopback (IPv4, then IPv6). Blocking, bounded by a few seconds.
Result<Fd> dial_in_netns(const std::string& netns_path, uint16_t port);

// Answers the exchange. netns_path "": the host's network. pool: where dialling happens.
void serve_port_forward(const net::ExchangePtr& exchange, const std::string& pod_name, const std::string& netns_path, sys::Poller& poller, ThreadPool& pool);

}  // namespace skiff::agent::nodeapi
