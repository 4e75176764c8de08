// RequestMetrics: what dashboards ask of an API server's requests, under kube-apiserver's names and labels: how many, how long, how long without
// the time in queues. The series of a request are found by one key; label values come from our own tables, so that no stranger's path makes one.
// Owned by Pipeline; any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "base/text_map.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver {

class RequestMetrics {
public:
    explicit RequestMetrics(metrics::Registry& registry);

    // An answer: took and waited are the time until it and the part of that in queues and webhooks.
    void answered(const RequestContext& context, int code, Duration took, Duration waited);

    // A request that was refused because there are too many.
    void terminated(const RequestContext& context, int code);
    // A client showed a certificate that is good for so long.
    void certified(Duration remaining);

private:
    struct Series {
        metrics::Histogram *duration = nullptr, *without_queues = nullptr;
        std::vector<std::pair<int, metrics::Counter*>> by_code;
    };
    static constexpr size_t kSeriesMax = 1000;

    std::mutex mutex_;
    TextMap<Series> series_;
    metrics::Family<metrics::Counter>& requests_;
    metrics::Family<metrics::Histogram>&durations_, &without_queues_;
    metrics::Family<metrics::Counter>& terminations_;
    metrics::Histogram& certificates_;
};

// GET, LIST, APPLY, CONNECT...: the word for the verb in labels; and the scope that a request has there.
std::string_view metric_verb(const RequestContext& context);
std::string_view metric_scope(const Attributes& attributes);

}  // namespace skiff::apiserver
