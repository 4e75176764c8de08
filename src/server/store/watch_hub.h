// WatchHub: who watches what, and how far each watcher has been told. Publishing and catching up run on the store's writer thread, so
// every watcher sees revisions in order without a gap; subscribing and unsubscribing may happen on any thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/store/store.h"

namespace skiff::store {

class WatchHub {
public:
    struct Subscription {
        std::string prefix;
        std::shared_ptr<Watcher> watcher;
        Revision told = 0;                   // writer thread only: events up to here were delivered
        bool live = false;                   // writer thread only: told about each transaction as it is published
        std::atomic<bool> closed{false};
        std::recursive_mutex delivering;     // held during a callback; recursive so that a callback may end its own watch
    };
    using SubscriptionPtr = std::shared_ptr<Subscription>;

    // Any thread. The handle unsubscribes and waits for a running callback.
    std::unique_ptr<Store::WatchHandle> subscribe(std::string_view prefix, Revision after, std::shared_ptr<Watcher> watcher);

    // Writer thread.
    // Events of whole transactions, in order, to all live watchers.
    void publish(const std::vector<Event>& events);
    // Watchers that are not live yet, the closed ones dropped.
    std::vector<SubscriptionPtr> behind();
    static void deliver(Subscription& subscription, const std::vector<Event>& events);
    size_t size() const { return count_.load(); }

private:
    void take_arrivals();

    std::mutex mutex_;                        // guards arrivals_
    std::vector<SubscriptionPtr> arrivals_;
    std::vector<SubscriptionPtr> all_;        // writer thread only
    std::atomic<size_t> count_{0};
};

}  // namespace skiff::store
