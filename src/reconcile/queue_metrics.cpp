#include "reconcile/queue_metrics.h"

namespace skiff::reconcile {

namespace {

// Ten nanoseconds to a thousand seconds, as client-go's.
std::vector<double> bounds() {
    std::vector<double> out;
    for (double bound = 1e-8; bound < 2000; bound *= 10) out.push_back(bound);
    return out;
}

}  // namespace

QueueFamilies::QueueFamilies(metrics::Registry& registry)
    : adds_(registry.counter("workqueue_adds_total", "Total number of adds handled by workqueue", {"name"})),
      retries_(registry.counter("workqueue_retries_total", "Total number of retries handled by workqueue", {"name"})),
      depth_(registry.gauge("workqueue_depth", "Current depth of workqueue", {"name"})),
      waited_(registry.histogram("workqueue_queue_duration_seconds", "How long in seconds an item stays in workqueue before being requested.", {"name"}, bounds())),
      worked_(registry.histogram("workqueue_work_duration_seconds", "How long in seconds processing an item from workqueue takes.", {"name"}, bounds())) {}

QueueMetrics QueueFamilies::of(std::string_view name) { return {&adds_.with({name}), &retries_.with({name}), &depth_.with({name}), &waited_.with({name}), &worked_.with({name})}; }

}  // namespace skiff::reconcile
