// Runtime: runs controllers on a few shared worker threads. Owned by the composition root; stop() drains and joins.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "reconcile/controller.h"

namespace skiff::reconcile {

class Runtime {
public:
    struct Options {
        size_t workers = 4;
        Clock* clock = &Clock::system();
        // A client with the identity of a service account of kube-system ("deployment-controller", "generic-garbage-collector").
        std::function<std::shared_ptr<client::Client>(const std::string& service_account)> client_for;
        std::shared_ptr<client::Client> informer_client;   // may list and watch all that controllers read
        Drive informers = Drive::Threads;                  // Caller: run_next() drives them too
        metrics::Registry* metrics = nullptr;              // null: nothing is measured
    };
    static std::unique_ptr<Runtime> create(Options options);
    virtual ~Runtime() = default;
    virtual void add(std::unique_ptr<Controller> controller) = 0;
    virtual InformerFactory& informers() = 0;
    virtual void start() = 0;
    virtual void stop() = 0;
    // For simulations, instead of start(): runs due keys on the calling thread until nothing is due; returns how many ran.
    // Events are written on the calling thread too.
    virtual size_t run_until_idle() = 0;
    // The same for one key; false when none is due. Events wait for the next run_until_idle().
    virtual bool run_next() = 0;
    // When the next delayed key or watch is due (Clock::elapsed()); for advancing a fake clock.
    virtual std::optional<Duration> next_due() = 0;
};

}  // namespace skiff::reconcile
