// Keeper: keeps the objects of flow control in order: the mandatory and suggested ones are there and, where they say so, as Kubernetes has
// them; each FlowSchema's condition Dangling tells whether its priority level exists.
//
// Owned by ApiServer. It watches both resources and works on the API server's pool, one pass at a time. Conditions follow an event at once,
// default objects a minute later, as in Kubernetes; nothing runs while nothing changes.
#pragma once

#include <memory>
#include <mutex>

#include "server/apiserver/core.h"

namespace skiff::apiserver::flow {

class Keeper {
public:
    static constexpr Duration kRestoreDelay = std::chrono::minutes(1);

    explicit Keeper(Core& core);
    ~Keeper();
    void start();
    void stop();
    // What a pass does; any pool thread.
    void settle_conditions();
    void restore_defaults();

private:
    struct Sink;
    void changed();
    bool submit(void (Keeper::*work)());

    Core& core_;
    std::shared_ptr<Sink> sink_;
    std::unique_ptr<Cache::Watch> schemas_, levels_;
    std::mutex mutex_;                       // guards what follows
    net::IoThreads::Timer timer_;
    bool armed_ = false, running_ = false, again_ = false, stopped_ = false;
};

}  // namespace skiff::apiserver::flow
