#include "server/apiserver/flow/followers.h"

#include <algorithm>
#include <cmath>

namespace skiff::apiserver::flow {
namespace {

constexpr double kFollowersOfSeat = 10;                          // Kubernetes' watchesPerSeat
constexpr int kSeatsMax = 10;                                    // its maximumMutatingSeatsLimit
// What carrying one event to that many takes here: 13 us of CPU each (bench/README.md). Kubernetes reckons with 5 ms.
constexpr Duration kTimeOfSeat = std::chrono::microseconds(130);

}  // namespace

metrics::Gauge& running_watches(metrics::Registry& registry, std::string_view group, std::string_view version, std::string_view resource, std::string_view scope) {
    return registry
        .gauge("apiserver_longrunning_requests", "Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component.",
               {"verb", "group", "version", "resource", "subresource", "scope", "component"})
        .with({"WATCH", group, version, resource, "", scope, "apiserver"});
}

double followers(metrics::Registry& registry, const Attributes& write) {
    double count = running_watches(registry, write.group, write.version, write.resource, "cluster").value();
    if (!write.ns.empty()) count += running_watches(registry, write.group, write.version, write.resource, "namespace").value();
    return count;
}

Tail tail_of_write(double followers) {
    if (followers < kFollowersOfSeat) return {};
    const double seats = std::ceil(followers / kFollowersOfSeat);
    const int width = static_cast<int>(std::min<double>(seats, kSeatsMax));
    return {width, std::chrono::duration_cast<Duration>(kTimeOfSeat * (seats / width))};
}

}  // namespace skiff::apiserver::flow
