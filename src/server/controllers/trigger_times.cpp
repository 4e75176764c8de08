#include "server/controllers/trigger_times.h"

#include <algorithm>
#include <optional>

#include "reconcile/timestamp.h"

namespace skiff::controllers {

std::string TriggerTimes::since_last(const std::string& key, const api::Object& service, const std::vector<PodRef>& pods) {
    std::vector<Turn> turns;
    for (const auto& pod : pods)
        if (pod.facts->ready_since) turns.push_back({std::hash<std::string>{}(pod.meta().name), *pod.facts->ready_since});
    const auto by_pod = [](const Turn& a, const Turn& b) { return a.pod < b.pod; };
    std::sort(turns.begin(), turns.end(), by_pod);

    std::lock_guard lock(mutex_);
    Seen& seen = seen_[key];
    std::optional<WallTime> first;
    for (const Turn& turn : turns) {
        auto before = std::lower_bound(seen.turns.begin(), seen.turns.end(), turn, by_pod);
        if (before != seen.turns.end() && before->pod == turn.pod && before->at >= turn.at) continue;
        if (!first || turn.at < *first) first = turn.at;
    }
    seen.turns = std::move(turns);
    if (std::exchange(seen.uid, service.meta().uid) != service.meta().uid) return service.meta().creation_timestamp;
    return first ? reconcile::format_time(*first) : std::string();
}

void TriggerTimes::forget(const std::string& key) {
    std::lock_guard lock(mutex_);
    seen_.erase(key);
}

void TriggerTimes::annotate(json::Value& object, const std::string& time) {
    json::Value& metadata = object.mut("metadata");
    if (!time.empty()) {
        metadata.mut("annotations").set(kTriggerTime, time);
    } else if (metadata["annotations"].has(kTriggerTime)) {
        metadata.mut("annotations").erase(kTriggerTime);
        if (metadata["annotations"].size() == 0) metadata.erase("annotations");
    }
}

}  // namespace skiff::controllers
