// When the change of a Service's endpoints began, for the annotation endpoints.kubernetes.io/last-change-trigger-time, by which the latency of
// the way to the nodes is measured: the earliest of the pods' last turns of Ready that are new since the last look; of a new Service its own
// creation. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "server/controllers/pod_facts.h"

namespace skiff::controllers {

constexpr const char* kTriggerTime = "endpoints.kubernetes.io/last-change-trigger-time";

class TriggerTimes {
public:
    // key: of the service. RFC 3339, "" when nothing turned.
    std::string since_last(const std::string& key, const api::Object& service, const std::vector<PodRef>& pods);
    void forget(const std::string& key);
    // Puts the time on the object, or takes an old one away.
    static void annotate(json::Value& object, const std::string& time);

private:
    struct Turn {
        size_t pod;              // hash of its name
        WallTime at;
    };
    struct Seen {
        std::string uid;
        std::vector<Turn> turns; // by pod
    };
    std::mutex mutex_;
    std::map<std::string, Seen> seen_;
};

}  // namespace skiff::controllers
