// DnsServer: answers on UDP and TCP, for cluster names from the Zone, for all others from the host's resolvers with a small cache.
//
// One thread, event-driven. Bounds: queries in flight, TCP connections, cache entries, time per query.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "embedded/dns/zone.h"

namespace skiff::dns {

class DnsServer {
public:
    struct Options {
        std::vector<std::string> addresses;                    // to listen on, port 53 (or port)
        uint16_t port = 53;
        std::string domain = "cluster.local";
        std::string resolv_conf = "/etc/resolv.conf";          // upstreams; read again when it changes
        std::vector<std::string> upstreams;                    // instead of resolv.conf: "ip" or "ip:port"
    };
    static Result<std::unique_ptr<DnsServer>> start(Options options, std::unique_ptr<Directory> directory);
    virtual ~DnsServer() = default;                            // stop()
    virtual void stop() = 0;
    virtual uint16_t port() const = 0;                         // of the first address
};

}  // namespace skiff::dns
