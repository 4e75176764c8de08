#include "reconcile/queue_metrics.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::reconcile;

TEST_CASE("a measured queue tells what was added, what waits and what was tried again") {
    FakeClock clock;
    metrics::Registry registry;
    auto queues = QueueSet::create(clock);
    WorkQueue& queue = queues->add_queue();
    const QueueMetrics metrics = QueueFamilies(registry).of("deployment");
    measure_queue(*queues, 0, metrics);
    queue.add("a");
    queue.add("a");   // waits already
    queue.add("b");
    CHECK(metrics.adds->value() == 2);
    CHECK(metrics.depth->value() == 2);
    clock.advance(std::chrono::seconds(2));
    auto item = queues->try_get();
    REQUIRE(item);
    CHECK(metrics.depth->value() == 1);
    queue.add("a");   // while it runs: it waits again when it is done
    CHECK(metrics.adds->value() == 3);
    CHECK(metrics.depth->value() == 1);
    queues->done(*item);
    CHECK(metrics.depth->value() == 2);
    queue.add_rate_limited("b");
    CHECK(metrics.retries->value() == 1);
    const std::string text = registry.text();
    CHECK(text.find("workqueue_queue_duration_seconds_count{name=\"deployment\"} 1") != std::string::npos);
    CHECK(text.find("workqueue_queue_duration_seconds_sum{name=\"deployment\"} 2") != std::string::npos);
}
