// Cluster: one simulated cluster: the API, kubelets, and the process with every controller, the local-path provisioner and the scheduler,
// which may die and is started anew. Time passes only in run_until(). One thread.
#pragma once

#include <memory>

#include "reconcile/runtime.h"
#include "server/scheduler/scheduler.h"
#include "simulation/faulty_client.h"
#include "simulation/kubelets.h"
#include "simulation/sim_api.h"

namespace skiff::simulation {

// Its wall clock can be set; what is waited for runs on.
class JumpingClock : public FakeClock {
public:
    WallTime now() const override { return FakeClock::now() + offset; }
    Duration offset{0};
};

class Cluster {
public:
    // faults: none for the undisturbed run.
    explicit Cluster(std::vector<Fault> faults, unsigned latency_ms = 0);
    ~Cluster();

    JumpingClock clock;
    Story story{clock};
    SimApi api;
    Kubelets kubelets;
    Watchdog watchdog;
    std::function<void(Cluster&)> background;      // what users do whenever something changes (a drain that tries again)

    // Lets everything happen that is due until then.
    void run_until(Duration elapsed);
    // Until nothing but heartbeats was written for so long; false when that does not come to pass.
    bool run_until_quiet(Duration quiet, Duration longest);
    uint64_t writes() const { return plan_.writes; }
    int lives() const { return lives_; }

    // For users.
    void make(const api::Gvr& gvr, const std::string& ns, const std::string& text);
    void edit(const api::Gvr& gvr, const std::string& ns, const std::string& name, const std::function<void(json::Value& tree)>& change);
    void set_clock(Duration by);
    void remove(const api::Gvr& gvr, const std::string& ns, const std::string& name, const std::string& propagation = {});

private:
    void boot();
    void bury();
    void settle();                                 // all that is due now
    void pass(Duration time);                      // kubelets only: during a slow write
    Duration next_due();

    const std::shared_ptr<const api::KindRegistry> kinds_;
    FaultPlan plan_;
    int lives_ = 0;
    bool hopeless_ = false;                        // works for ever without any time passing
    std::shared_ptr<FaultyClient> client_;
    std::unique_ptr<reconcile::Runtime> runtime_;
    std::unique_ptr<scheduler::Scheduler> scheduler_;
};

}  // namespace skiff::simulation
