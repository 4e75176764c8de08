// AdmissionChain: the plugins in the order of plugins.cpp. Any thread.
#pragma once

#include <memory>
#include <vector>

#include "server/apiserver/admission/admission_metrics.h"
#include "server/apiserver/admission/plugin.h"

namespace skiff::apiserver {

// The steps of a plugin whose time is told: those that Kubernetes' plugin of the name has.
struct Steps {
    bool admit = false, validate = false;
};

class AdmissionChain {
public:
    void add(std::unique_ptr<AdmissionPlugin> plugin, Steps told = {}) { plugins_.push_back({std::move(plugin), told}); }
    // Before the first request; without it nothing is measured.
    void measure(metrics::Registry& registry, Clock& clock) { metrics_ = std::make_unique<AdmissionMetrics>(registry, clock); }
    AdmissionMetrics* metrics() const { return metrics_.get(); }
    Status mutate(AdmissionRequest& request) const;
    Status validate(const AdmissionRequest& request) const;
    Status connect(AdmissionRequest& request) const;
    // Tells every plugin how a request that validate() let through ended.
    void finished(const AdmissionRequest& request, bool stored) const;
    bool empty() const { return plugins_.empty(); }

private:
    struct Plugin {
        std::unique_ptr<AdmissionPlugin> plugin;
        Steps told;
    };
    // Runs one plugin; `at` is when the one before was done.
    template <typename Run>
    Status timed(size_t index, AdmissionMetrics::Step step, Operation operation, Duration& at, Run run) const;
    // Runs all of a step.
    template <typename Run>
    Status timed_step(AdmissionMetrics::Step step, Operation operation, Run run) const;
    Status mutate_all(AdmissionRequest& request) const;
    Status validate_all(const AdmissionRequest& request) const;

    std::vector<Plugin> plugins_;
    std::unique_ptr<AdmissionMetrics> metrics_;
};

}  // namespace skiff::apiserver
