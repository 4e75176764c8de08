// What dashboards ask of work queues (workqueue_* of client-go): how many keys were added and tried again, how many wait, for how long. Any thread.
#pragma once

#include "base/metrics.h"
#include "reconcile/work_queue.h"

namespace skiff::reconcile {

struct QueueMetrics {
    metrics::Counter *adds, *retries;
    metrics::Gauge* depth;
    metrics::Histogram *waited, *worked;   // the latter is observed by whoever works
};

// The families, and the series of a queue in them; made by the runtime for its controllers.
class QueueFamilies {
public:
    explicit QueueFamilies(metrics::Registry& registry);
    QueueMetrics of(std::string_view name);

private:
    metrics::Family<metrics::Counter>&adds_, &retries_;
    metrics::Family<metrics::Gauge>& depth_;
    metrics::Family<metrics::Histogram>&waited_, &worked_;
};

// From now on the set's queue (in the order of add_queue()) tells what happens to it. Before its first key; the metrics outlive it.
void measure_queue(QueueSet& queues, size_t queue, const QueueMetrics& metrics);

}  // namespace skiff::reconcile
