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

WatchCounts& watch_counts(metrics::Registry& registry) {
    return registry.gauge("apiserver_longrunning_requests", "Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component.",
                          {"verb", "group", "version", "resource", "subresource", "scope", "component"});
}

metrics::Gauge& running_watches(WatchCounts& counts, const api::Gvk& gvk, std::string_view resource, std::string_view scope) {
    return counts.with({"WATCH", gvk.group, gvk.version, resource, "", scope, "apiserver"});
}

double followers(WatchCounts& counts, const api::KindInfo& kind, bool in_namespace) {
    double count = running_watches(counts, kind.gvk, kind.plural, "cluster").value();
    if (in_namespace) count += running_watches(counts, kind.gvk, kind.plural, "namespace").value();
    return count;
}

Tail tail_of_write(double followers) {
    if (followers < kFollowersOfSeat) return {};
    const double seats = std::ceil(followers / kFollowersOfSeat);
    const int width = static_cast<int>(std::min<double>(seats, kSeatsMax));
    return {width, std::chrono::duration_cast<Duration>(kTimeOfSeat * (seats / width))};
}

}  // namespace skiff::apiserver::flow
