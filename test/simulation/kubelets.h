// Kubelets: all nodes of a simulation and their agents: leases, pods that start, become ready, end as their labels say, and go when they
// are deleted. They write to the store as others do, without faults, and react with a second or two of delay. One thread.
//
// Labels of pods: outcome=ok (jobs' pods succeed), fail, or fail-1 (the pod of index 1 fails). Others run for ever.
#pragma once

#include <map>
#include <set>

#include "base/clock.h"
#include "simulation/sim_api.h"

namespace skiff::simulation {

class Kubelets {
public:
    Kubelets(SimApi& api, FakeClock& clock);

    void join(const std::string& node);                      // n1 and n2 stand in zone z1, others in z2
    void power(const std::string& node, bool on);            // the machine
    void leave(const std::string& node);                     // its Node object is deleted too
    bool has(const std::string& node) const { return nodes_.count(node) != 0; }
    bool all_on() const;
    // Nodes that are dead or gone for kNoticed, where nobody has drawn the consequences. Holds where the controllers are undisturbed.
    std::vector<std::string> neglected() const;
    static constexpr Duration kNoticed = std::chrono::seconds(100);
    // Does what is due; true when there was something.
    bool step();
    Duration next_due() const;                               // of a pod or a lease

private:
    struct Node {
        bool on = true;
        Duration lease{0}, off{0};                               // due; since when the machine is off
    };
    void find_pods(const std::string& node);
    void heard(const api::ObjectPtr& pod);
    void look_at(const std::string& ns, const std::string& name);
    bool volumes_ready(const std::string& ns, const json::Value& pod);
    void set_status(const json::Value& pod, const char* phase, bool ready, int exit_code = 0);
    void renew(const std::string& name, Node& node);
    void write_ready(const std::string& name);

    SimApi& api_;
    FakeClock& clock_;
    std::map<std::string, Node> nodes_;
    std::map<std::string, Duration> left_;
    std::map<std::pair<std::string, std::string>, Duration> due_;      // pods to look at
    std::unique_ptr<client::Watch> watch_;
    int addresses_ = 0;
};

}  // namespace skiff::simulation
