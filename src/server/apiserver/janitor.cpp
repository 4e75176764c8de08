#include "server/apiserver/janitor.h"

#include "api/timestamp.h"
#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kEvents{"", "v1", "events"};

// When the event last changed: the latest of the times it carries.
WallTime last_seen(const json::Value& event) {
    WallTime latest{};
    for (const std::string* text : {&event["metadata"]["creationTimestamp"].as_string(), &event["lastTimestamp"].as_string(), &event["eventTime"].as_string(),
                                    &event["series"]["lastObservedTime"].as_string()})
        if (auto time = api::parse_time(*text); time && *time > latest) latest = *time;
    return latest;
}

}  // namespace

Janitor::Janitor(Core& core) : core_(core) { arm(); }

Janitor::~Janitor() { timer_.cancel(); }

void Janitor::arm() {
    timer_ = core_.io->after(kInterval, [this] {
        (void)core_.pool->submit([this] { sweep(); });
        arm();
    });
}

size_t Janitor::sweep() {
    const api::KindInfo* kind = core_.kinds.find(kEvents);
    if (kind == nullptr) return 0;
    size_t deleted = 0;
    WallTime limit = core_.clock.now() - kEventLife;
    for (const ItemPtr& item : core_.cache.resource(*kind)->range({}).items) {
        json::Value event = tree_as(core_, *item->object, *kind);
        WallTime seen = last_seen(event);
        if (seen >= limit || seen == WallTime{}) continue;
        if (commit_delete(core_, *kind, event, *item).ok()) ++deleted;
    }
    return deleted;
}

}  // namespace skiff::apiserver
