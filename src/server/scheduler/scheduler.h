// Scheduler: one thread that turns waiting pods into bindings, and a few binder threads that write them. Event-driven: it sleeps until an
// informer or a back-off wakes it. Owned by the server's composition root.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "client/client.h"

namespace skiff::scheduler {

class Scheduler {
public:
    static std::unique_ptr<Scheduler> create(std::shared_ptr<client::Client> client, Clock& clock, size_t binders = 8);
    virtual ~Scheduler() = default;                   // stop()
    virtual void start() = 0;
    virtual void stop() = 0;
};

}  // namespace skiff::scheduler
