// WorkQueue: keys that need reconciling. A key waits at most once, is never handed to two workers at a time, and comes back after its
// current run when it was added meanwhile. Delays and per-key exponential back-off (5 ms ... 1000 s, as client-go's default limiter).
// QueueSet: several such queues drained by the same workers, in turn. Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"

namespace skiff::reconcile {

class WorkQueue {
public:
    static std::unique_ptr<WorkQueue> create(Clock& clock);
    virtual ~WorkQueue() = default;
    virtual void add(const std::string& key) = 0;
    virtual void add_after(const std::string& key, Duration delay) = 0;   // an earlier due time of the same key wins
    virtual void add_rate_limited(const std::string& key) = 0;
    virtual void forget(const std::string& key) = 0;             // resets the back-off
    // Blocks until a key is due or the queue is shut down (nothing). Each key got must be given back with done().
    virtual std::optional<std::string> get() = 0;
    virtual std::optional<std::string> try_get() = 0;
    virtual void done(const std::string& key) = 0;
    virtual void shut_down() = 0;
    virtual size_t size() const = 0;                              // keys that wait to be handed out now, delayed ones not counted
};

class QueueSet {
public:
    static std::unique_ptr<QueueSet> create(Clock& clock);
    virtual ~QueueSet() = default;
    // A further queue, owned by the set. Its own get() must not be used.
    virtual WorkQueue& add_queue() = 0;
    struct Item {
        size_t queue;                                             // in the order of add_queue()
        std::string key;
    };
    virtual std::optional<Item> get() = 0;
    virtual std::optional<Item> try_get() = 0;
    virtual void done(const Item& item) = 0;
    // When the next delayed key is due (Clock::elapsed()); nothing without one.
    virtual std::optional<Duration> next_due() = 0;
    virtual void shut_down() = 0;
};

}  // namespace skiff::reconcile
