// LeaderElection: one holder at a time of a coordination.k8s.io Lease (15 s duration, 10 s renew deadline, 2 s retry, as client-go).
// One thread; callbacks come from it. A single server never loses a lease that nobody else wants: it takes its own back.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "client/client.h"

namespace skiff::reconcile {

struct LeaderOptions {
    std::string ns = "kube-system", name;          // of the Lease
    std::string identity;                           // this process
    Duration lease_duration = std::chrono::seconds(15);
    Duration renew_deadline = std::chrono::seconds(10);
    Duration retry_period = std::chrono::seconds(2);
    std::function<void()> started;                  // now the leader
    std::function<void()> stopped;                  // not any more: must stop writing before it returns
};

// What one look at the Lease (null: there is none) leads to. Pure.
struct LeaseStep {
    enum class Kind { Create, Take, Renew, Wait };
    Kind kind;
    json::Value spec;                               // to write, for all but Wait
};
LeaseStep decide_lease(const json::Value* lease, const LeaderOptions& options, WallTime now, Duration observed_age);

class LeaderElection {
public:
    static std::unique_ptr<LeaderElection> create(std::shared_ptr<client::Client> client, Clock& clock, LeaderOptions options);
    virtual ~LeaderElection() = default;            // stop()
    virtual void start() = 0;
    virtual void stop() = 0;                        // gives the lease up
    virtual bool leading() const = 0;
};

}  // namespace skiff::reconcile
