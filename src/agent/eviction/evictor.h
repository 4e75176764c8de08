// Evictor: watches how tight the node is, frees images, and ends pods one at a time. One thread of its own; the parts that it uses outlive it.
#pragma once

#include <memory>
#include <string>

#include "agent/images/image_store.h"
#include "agent/node/node_agent.h"
#include "agent/pods/pod_manager.h"
#include "agent/runtime/runtime.h"
#include "base/clock.h"
#include "reconcile/events.h"

namespace skiff::agent::eviction {

class Evictor {
public:
    struct Options {
        std::string data_dir;                    // whose file system holds images, containers and volumes
        pods::NodeConfig config;
        pods::PodManager* pods = nullptr;
        node::NodeAgent* node = nullptr;
        runtime::Runtime* runtime = nullptr;
        images::ImageStore* images = nullptr;
        reconcile::EventRecorder* events = nullptr;
        Clock* clock = &Clock::system();
        std::function<node::Pressure()> read_pressure = {};   // for tests; of data_dir otherwise
    };
    static std::unique_ptr<Evictor> create(Options options);
    virtual ~Evictor() = default;                // stop()
    virtual void start() = 0;
    virtual void stop() = 0;
    // One look and what follows from it; the thread's body.
    virtual void look() = 0;
};

}  // namespace skiff::agent::eviction
