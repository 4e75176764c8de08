// Who follows a resource: the watches that run, as apiserver_longrunning_requests counts them, and what a write costs after its answer because of
// them (KEP-1040: a write takes seats for the time in which its event is carried to all who follow). Any thread.
#pragma once

#include "base/metrics.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver::flow {

metrics::Gauge& running_watches(metrics::Registry& registry, std::string_view group, std::string_view version, std::string_view resource, std::string_view scope);
// Of all that may hear of this write.
double followers(metrics::Registry& registry, const Attributes& write);

// Seats that are held when a request has been answered, and for how long.
struct Tail {
    int width = 0;
    Duration time{0};
};
// Nothing below ten followers. More of them take more seats, up to ten, and then longer.
Tail tail_of_write(double followers);

}  // namespace skiff::apiserver::flow
