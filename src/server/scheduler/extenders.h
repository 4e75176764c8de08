// Extenders: HTTP services that have a say in scheduling: they strike out nodes, score them, choose victims, bind (scheduler extender API v1).
// Calls block, bounded by each extender's timeout and by stop(); the scheduling thread makes them, bind() any thread.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "net/blocking_client.h"
#include "server/scheduler/cycle.h"
#include "server/scheduler/extender_settings.h"
#include "server/scheduler/preemption.h"

namespace skiff::scheduler {

class Extenders : public Advisor {
public:
    explicit Extenders(const std::vector<ExtenderSettings>& settings);
    const Advisor* advisor() const { return all_.empty() ? nullptr : this; }
    Status filter(const PodInfo& pod, NodeList& nodes, Decision& decision) const override;
    void score(const PodInfo& pod, const NodeList& nodes, std::vector<int64_t>& totals) const override;
    Status judge(const PodInfo& pod, std::vector<Preemption>& candidates) const;
    bool binds(const PodInfo& pod) const;             // an extender writes this pod's binding
    Status bind(const PodInfo& pod, const std::string& node) const;
    void stop() { stop_.request_stop(); }

private:
    struct Extender {
        ExtenderSettings settings;
        std::shared_ptr<net::BlockingClient> client;  // null: its certificates are wrong
        bool wants(const PodInfo& pod) const;
    };
    Result<json::Value> call(const Extender& extender, const std::string& verb, const json::Value& body) const;
    Status filter_by(const Extender& extender, const PodInfo& pod, NodeList& nodes, Decision& decision) const;
    Status judge_by(const Extender& extender, const PodInfo& pod, std::vector<Preemption>& candidates) const;
    std::vector<Extender> all_;
    std::stop_source stop_;
};

}  // namespace skiff::scheduler
