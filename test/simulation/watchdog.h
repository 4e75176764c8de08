// Watchdog: what controllers may at no time do, whatever the end looks like: looks at each of their writes before it is carried out.
// - a StatefulSet makes its pods in order, each after the one before it has been ready;
// - a rollout keeps as many pods ready as its strategy promises (where no user and no accident interferes);
// - a Job's pod loses its finalizer only when it is counted;
// - a CronJob runs no time twice, and leaves none out unless its policy or a jump of the clock says so;
// - a namespace is given up only when it is empty, an owner that is deleted in the foreground only after what blocks it.
// One thread.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/clock.h"
#include "simulation/sim_api.h"

namespace skiff::simulation {

struct Write {
    const char* verb;
    const api::Gvr& gvr;
    const std::string &subresource, &ns, &name;
    const json::Value* body;             // null: a deletion
};

class Watchdog {
public:
    static constexpr Duration kDisturbed = std::chrono::seconds(45), kNodesDisturbed = std::chrono::seconds(300);
    Watchdog(SimApi& api, FakeClock& clock);
    void look(const Write& write);
    // A user or an accident makes pods come and go: promises of rollouts are not looked at for a while; long after an accident of a node.
    void disturbed(Duration time = kDisturbed) { calm_ = std::max(calm_, clock_.elapsed() + time); }
    void clock_was_set() { cron_gaps_ = true; }

private:
    void pod_made(const std::string& ns, const json::Value& pod);
    void pod_removed(const std::string& ns, const json::Value& pod);
    void pod_patched(const std::string& ns, const json::Value& pod, const json::Value& patch);
    void job_made(const std::string& ns, const json::Value& job);
    void owner_let_go(const Write& write);
    void namespace_given_up(const std::string& name);

    SimApi& api_;
    FakeClock& clock_;
    Duration calm_{0};
    bool cron_gaps_ = false;
    std::set<std::string> ever_ready_;                   // namespace/name of pods
    std::map<std::string, std::string> last_run_;        // of CronJobs, by uid
    std::unique_ptr<client::Watch> watch_;
};

}  // namespace skiff::simulation
