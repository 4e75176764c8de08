// Scheduler: one thread that turns waiting pods into bindings, and a few binder threads that write them. Event-driven: it sleeps until an
// informer or a back-off wakes it. Owned by the server's composition root.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "client/client.h"
#include "reconcile/informer.h"
#include "server/scheduler/configuration.h"

namespace skiff::scheduler {

class Scheduler {
public:
    // Drive::Caller: no threads; run_next() instead of start(), for simulations.
    static std::unique_ptr<Scheduler> create(std::shared_ptr<client::Client> client, Clock& clock, size_t binders = 16,
                                             reconcile::Drive drive = reconcile::Drive::Threads, Configuration configuration = {});
    virtual ~Scheduler() = default;                   // stop()
    virtual void start() = 0;
    virtual void stop() = 0;
    virtual bool run_next() = 0;                      // one cycle or one binding; false when nothing is due
    virtual std::optional<Duration> next_due() = 0;   // of a pod in back-off or a watch (Clock::elapsed())
};

}  // namespace skiff::scheduler
