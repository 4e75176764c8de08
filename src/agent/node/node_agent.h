// NodeAgent: registers this machine as a Node, renews its Lease every 10 s and reports its status when it changes or every 5 minutes. One
// thread. What the API cannot be told is told later; nothing here stops pods.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/node/node_object.h"
#include "base/clock.h"
#include "client/client.h"

namespace skiff::agent::node {

class NodeAgent {
public:
    struct Options {
        NodeIdentity identity;
        Machine machine;
        std::string data_dir;                                        // whose file system is watched for pressure
        std::shared_ptr<client::Client> client;
        Clock* clock = &Clock::system();
        std::function<std::vector<images::Image>()> images = {};
    };
    static std::unique_ptr<NodeAgent> create(Options options);
    virtual ~NodeAgent() = default;                                  // stop()
    virtual void start() = 0;
    virtual void stop() = 0;
    // Part of the Ready condition; a change is reported at once. Any thread.
    virtual void set_network(bool ready, const std::string& message = {}) = 0;
    virtual void set_runtime(bool ready, const std::string& message = {}) = 0;
    // MemoryPressure, DiskPressure and PIDPressure.
    virtual void set_pressure(bool memory, bool disk, bool pid) = 0;
    // Something that the status shows has changed (images): report soon.
    virtual void report_soon() = 0;
};

}  // namespace skiff::agent::node
