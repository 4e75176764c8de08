#include "server/apiserver/janitor.h"

#include <malloc.h>

#include "base/file.h"
#include "base/strings.h"
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

constexpr size_t kPagesGrown = 1024;   // 4 MiB: for less it is not worth the walk

size_t resident_pages() {
    auto text = file::read("/proc/self/statm", 256);
    if (!text.ok()) return 0;
    const auto fields = split_views(*text, ' ');
    return fields.size() > 1 ? static_cast<size_t>(parse_int(fields[1]).value_or(0)) : 0;
}

}  // namespace

Janitor::Janitor(Core& core) : core_(core) {
    arm();
    arm_trim();
}

Janitor::~Janitor() {
    timer_.cancel();
    trim_timer_.cancel();
}

void Janitor::arm() {
    timer_ = core_.io->after(kInterval, [this] {
        (void)core_.pool->submit([this] { sweep(); });
        arm();
    });
}

void Janitor::arm_trim() {
    trim_timer_ = core_.io->after(kTrimInterval, [this] {
        (void)core_.pool->submit([this] { trim(); });
        arm_trim();
    });
}

// Each thread's arena keeps what it freed; a list of a large resource leaves megabytes that nobody uses again.
void Janitor::trim() {
    if (resident_pages() < trimmed_to_ + kPagesGrown) return;
    ::malloc_trim(0);
    trimmed_to_ = resident_pages();
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
