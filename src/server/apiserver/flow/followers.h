// Who follows a resource: the watches that run, as apiserver_longrunning_requests counts them, and what a write costs after its answer because of
// them (KEP-1040: a write takes seats for the time in which its event is carried to all who follow). Any thread.
#pragma once

#include "api/kind.h"
#include "base/clock.h"
#include "base/metrics.h"

namespace skiff::apiserver::flow {

using WatchCounts = metrics::Family<metrics::Gauge>;
// Who asks for every write keeps it.
WatchCounts& watch_counts(metrics::Registry& registry);
metrics::Gauge& running_watches(WatchCounts& counts, const api::Gvk& gvk, std::string_view resource, std::string_view scope);
// Of all that may hear of a write of this kind: kinds that are served only, as each has a series.
double followers(WatchCounts& counts, const api::KindInfo& kind, bool in_namespace);

// Seats that are held when a request has been answered, and for how long.
struct Tail {
    int width = 0;
    Duration time{0};
};
// Nothing below ten followers. More of them take more seats, up to ten, and then longer.
Tail tail_of_write(double followers);

}  // namespace skiff::apiserver::flow
