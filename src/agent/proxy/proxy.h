// Proxy: keeps this node's packet rules equal to the cluster's Services and EndpointSlices. One thread; a change is in the kernel within
// milliseconds of its watch event. What another program deletes from our table is restored at once, and checked every minute.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/proxy/service_rules.h"
#include "base/status.h"
#include "net/io_threads.h"
#include "reconcile/informer.h"

namespace skiff::agent::proxy {

// Where rules go. The kernel, or a fake in tests.
class RuleSink {
public:
    virtual ~RuleSink() = default;
    // Everything anew.
    virtual Status rebuild() = 0;
    // One Service's frontends; several calls between begin() and commit() are one transaction.
    virtual void change(const std::string& service, std::vector<Frontend> frontends) = 0;
    virtual Status commit() = 0;
    // True when the kernel still holds what was written.
    virtual bool intact() = 0;
    // Readable when somebody deleted something: poll it, then call disturbed(). -1 when there is none.
    virtual int watch_fd() const = 0;
    virtual bool disturbed() = 0;
};
Result<std::unique_ptr<RuleSink>> open_kernel_sink(const std::string& table, const std::string& cluster_cidr);

class Proxy {
public:
    struct Options {
        std::string node_name;
        // Addresses that this node answers itself (cluster DNS): no rules for them.
        std::vector<std::string> own_addresses;
        // Health ports are served on these threads; null: none.
        net::IoThreads* io = nullptr;
        // Called when our table was disturbed, so that the pod network restores its part too.
        std::function<void()> on_disturbed;
    };
    static std::unique_ptr<Proxy> create(Options options, reconcile::InformerFactory& informers, std::unique_ptr<RuleSink> sink);
    virtual ~Proxy() = default;        // stop()
    virtual void start() = 0;          // after the informers were started
    virtual void stop() = 0;           // leaves the rules
};

}  // namespace skiff::agent::proxy
