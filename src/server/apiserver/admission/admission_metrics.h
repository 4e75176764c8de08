// AdmissionMetrics: what kube-apiserver tells of admission: how long each plugin, each of the two steps and each webhook took, and what was refused.
// Plugins and steps are on the way of every write: their series are found without a lock or a text. Owned by AdmissionChain; any thread.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "server/apiserver/admission/plugin.h"
#include "server/apiserver/admission/quantiles.h"

namespace skiff::apiserver {

class AdmissionMetrics {
public:
    enum class Step { Admit, Validate };
    AdmissionMetrics(metrics::Registry& registry, Clock& clock);
    Clock& clock() { return clock_; }

    static constexpr size_t kPluginsMax = 48;
    void plugin(size_t index, std::string_view name, Step step, Operation operation, bool rejected, Duration took);
    void step(Step step, Operation operation, bool rejected, Duration took);
    // code: of the HTTP answer; error_type: "" nothing was rejected, else no_error, calling_webhook_error, apiserver_internal_error.
    void webhook(std::string_view name, bool mutating, Operation operation, bool rejected, int code, std::string_view error_type, Duration took);
    void failed_open(std::string_view name, bool mutating);
    // The match conditions of a webhook or a policy were looked at. kind: webhook, policy; type: admit, validating, validate.
    enum class Conditions { Match, Exclude, Fail };
    void conditions(std::string_view name, std::string_view kind, std::string_view type, Operation operation, Conditions outcome, Duration took);

private:
    // By step, operation and whether it was rejected.
    static constexpr size_t kVariants = 2 * 4 * 2;
    struct Totals {
        std::atomic<uint64_t> count{0};
        std::atomic<int64_t> nanoseconds{0};
        std::atomic<Quantiles*> quantiles{nullptr};
    };
    void append_summary(std::string& out) const;

    Clock& clock_;
    metrics::Family<metrics::Histogram>&steps_, &plugins_, &webhooks_, &condition_times_;
    metrics::Family<metrics::Counter>&rejections_, &open_, &requests_, &condition_errors_, &condition_exclusions_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Quantiles>> quantiles_;   // what totals_ point to; guarded by mutex_
    std::array<std::atomic<metrics::Histogram*>, kVariants> step_series_{};
    std::array<std::array<std::atomic<metrics::Histogram*>, kVariants>, kPluginsMax> plugin_series_{};
    std::array<Totals, kVariants> totals_;
};

}  // namespace skiff::apiserver
