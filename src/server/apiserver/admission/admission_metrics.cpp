#include "server/apiserver/admission/admission_metrics.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

namespace skiff::apiserver {
namespace {

constexpr std::string_view kOperations[] = {"CREATE", "UPDATE", "DELETE", "CONNECT"};

std::string_view name_of(Operation operation) { return kOperations[static_cast<size_t>(operation)]; }
std::string_view name_of(AdmissionMetrics::Step step) { return step == AdmissionMetrics::Step::Admit ? "admit" : "validate"; }
std::string_view text(bool rejected) { return rejected ? "true" : "false"; }
double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

size_t variant(AdmissionMetrics::Step step, Operation operation, bool rejected) {
    return (static_cast<size_t>(step) * 4 + static_cast<size_t>(operation)) * 2 + (rejected ? 1 : 0);
}

// The family's series of these labels, found once.
metrics::Histogram& remembered(std::atomic<metrics::Histogram*>& known, metrics::Family<metrics::Histogram>& family, std::initializer_list<std::string_view> labels) {
    metrics::Histogram* series = known.load(std::memory_order_acquire);
    if (series == nullptr) known.store(series = &family.with(labels), std::memory_order_release);
    return *series;
}

std::vector<double> bounds() { return {0.005, 0.025, 0.1, 0.5, 1.0, 2.5}; }

}  // namespace

AdmissionMetrics::AdmissionMetrics(metrics::Registry& registry, Clock& clock)
    : clock_(clock),
      steps_(registry.histogram("apiserver_admission_step_admission_duration_seconds", "Time of a step of admission (admit or validate), by operation and whether it refused.",
                                {"operation", "rejected", "type"}, bounds())),
      plugins_(registry.histogram("apiserver_admission_controller_admission_duration_seconds", "Time of an admission plugin, by its name, step, operation and whether it refused.",
                                  {"name", "operation", "rejected", "type"}, bounds())),
      webhooks_(registry.histogram("apiserver_admission_webhook_admission_duration_seconds", "Time of an admission webhook, by its name, step, operation and whether it refused.",
                                   {"name", "operation", "rejected", "type"}, {0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10, 25}, 400)),
      condition_times_(registry.histogram("apiserver_admission_match_condition_evaluation_seconds", "Time that the match conditions of a webhook or a policy took.", {"kind", "name", "operation", "type"},
                                          {0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25}, 400)),
      rejections_(registry.counter("apiserver_admission_webhook_rejection_count", "Requests that an admission webhook refused, or that failed because it could not be asked.",
                                   {"error_type", "name", "operation", "rejection_code", "type"}, 400)),
      open_(registry.counter("apiserver_admission_webhook_fail_open_count", "Requests that went on although an admission webhook failed.", {"name", "type"}, 400)),
      requests_(registry.counter("apiserver_admission_webhook_request_total", "Requests about which an admission webhook was asked.", {"code", "name", "operation", "rejected", "type"}, 400)),
      condition_errors_(registry.counter("apiserver_admission_match_condition_evaluation_errors_total", "Match conditions of webhooks and policies that could not be evaluated.",
                                         {"kind", "name", "operation", "type"}, 400)),
      condition_exclusions_(registry.counter("apiserver_admission_match_condition_exclusions_total", "Requests that a webhook's or a policy's match conditions left out.",
                                             {"kind", "name", "operation", "type"}, 400)) {
    registry.collect([this](std::string& out) { append_summary(out); });
}

void AdmissionMetrics::plugin(size_t index, std::string_view name, Step step, Operation operation, bool rejected, Duration took) {
    if (index >= kPluginsMax) return;
    remembered(plugin_series_[index][variant(step, operation, rejected)], plugins_, {name, name_of(operation), text(rejected), name_of(step)}).observe(seconds(took));
}

void AdmissionMetrics::step(Step step, Operation operation, bool rejected, Duration took) {
    const size_t at = variant(step, operation, rejected);
    remembered(step_series_[at], steps_, {name_of(operation), text(rejected), name_of(step)}).observe(seconds(took));
    Quantiles* quantiles = totals_[at].quantiles.load(std::memory_order_acquire);
    if (quantiles == nullptr) {
        std::lock_guard lock(mutex_);
        quantiles = totals_[at].quantiles.load(std::memory_order_relaxed);
        if (quantiles == nullptr) totals_[at].quantiles.store(quantiles = quantiles_.emplace_back(std::make_unique<Quantiles>()).get(), std::memory_order_release);
    }
    quantiles->observe(took, clock_.elapsed());
    totals_[at].count.fetch_add(1, std::memory_order_relaxed);
    totals_[at].nanoseconds.fetch_add(took.count(), std::memory_order_relaxed);
}

void AdmissionMetrics::webhook(std::string_view name, bool mutating, Operation operation, bool rejected, int code, std::string_view error_type, Duration took) {
    const std::string_view type = mutating ? "admit" : "validating";
    const std::string shown = std::to_string(std::min(code, 600));
    requests_.with({shown, name, name_of(operation), text(rejected), type}).add();
    webhooks_.with({name, name_of(operation), text(rejected), type}).observe(seconds(took));
    if (!error_type.empty()) rejections_.with({error_type, name, name_of(operation), shown, type}).add();
}

void AdmissionMetrics::failed_open(std::string_view name, bool mutating) { open_.with({name, mutating ? "admit" : "validating"}).add(); }

void AdmissionMetrics::conditions(std::string_view name, std::string_view kind, std::string_view type, Operation operation, Conditions outcome, Duration took) {
    condition_times_.with({kind, name, name_of(operation), type}).observe(seconds(took));
    if (outcome == Conditions::Fail) condition_errors_.with({kind, name, name_of(operation), type}).add();
    if (outcome == Conditions::Exclude) condition_exclusions_.with({kind, name, name_of(operation), type}).add();
}

void AdmissionMetrics::append_summary(std::string& out) const {
    constexpr std::string_view kName = "apiserver_admission_step_admission_duration_seconds_summary";
    out += fmt::format("# HELP {0} Time of a step of admission (admit or validate), by operation and whether it refused.\n# TYPE {0} summary\n", kName);
    for (Step step : {Step::Admit, Step::Validate})
        for (size_t operation = 0; operation < std::size(kOperations); ++operation)
            for (bool rejected : {false, true}) {
                const Totals& totals = totals_[variant(step, static_cast<Operation>(operation), rejected)];
                const uint64_t count = totals.count.load(std::memory_order_relaxed);
                if (count == 0) continue;
                const std::string inner = fmt::format("operation=\"{}\",rejected=\"{}\",type=\"{}\"", kOperations[operation], text(rejected), name_of(step)), labels = "{" + inner + "}";
                if (const Quantiles* quantiles = totals.quantiles.load(std::memory_order_acquire))
                    for (double quantile : {0.5, 0.9, 0.99}) {
                        const double value = quantiles->at(quantile, clock_.elapsed());
                        out += fmt::format("{}{{{},quantile=\"{}\"}} {}\n", kName, inner, quantile, std::isnan(value) ? "NaN" : fmt::format("{:.6g}", value));
                    }
                out += fmt::format("{0}_sum{1} {2}\n{0}_count{1} {3}\n", kName, labels, seconds(Duration(totals.nanoseconds.load(std::memory_order_relaxed))), count);
            }
}

}  // namespace skiff::apiserver
