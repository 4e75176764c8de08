#include "agent/volumes/object_cache.h"

#include <utility>
#include <vector>

#include "base/log.h"

namespace skiff::agent::volumes {

namespace {

constexpr Duration kRetry = std::chrono::seconds(2);

api::Gvr gvr_of(RefKind kind) { return {"", "v1", kind == RefKind::ConfigMap ? "configmaps" : "secrets"}; }

}  // namespace

struct ObjectCache::Entry {
    ObjectRef ref;
    std::mutex following;                   // one list-and-watch at a time
    std::set<std::string> pods;
    api::ObjectPtr object;
    bool synced = false;
    std::unique_ptr<client::Watch> watch;
    sys::Timers::Id retry = 0;
};

ObjectCache::ObjectCache(std::shared_ptr<client::Client> client, sys::Timers& timers, ThreadPool& pool, std::function<void(const std::string&)> changed)
    : client_(std::move(client)), timers_(timers), pool_(pool), changed_(std::move(changed)) {}

ObjectCache::~ObjectCache() {
    std::map<ObjectRef, std::shared_ptr<Entry>> entries;
    {
        std::lock_guard lock(mutex_);
        entries.swap(entries_);
    }
    for (auto& [ref, entry] : entries) {
        timers_.cancel(entry->retry);
        entry->watch.reset();               // waits for a running callback, so without the lock
    }
}

void ObjectCache::track(const std::string& pod_uid, const std::set<ObjectRef>& refs) {
    std::vector<std::shared_ptr<Entry>> dropped;
    {
        std::lock_guard lock(mutex_);
        const std::set<ObjectRef> before = std::exchange(by_pod_[pod_uid], refs);
        if (refs.empty()) by_pod_.erase(pod_uid);
        for (const auto& ref : refs) {
            auto& entry = entries_[ref];
            if (!entry) {
                entry = std::make_shared<Entry>();
                entry->ref = ref;
            }
            entry->pods.insert(pod_uid);
        }
        for (const auto& ref : before) {
            auto found = entries_.find(ref);
            if (refs.count(ref) || found == entries_.end()) continue;
            found->second->pods.erase(pod_uid);
            if (!found->second->pods.empty()) continue;
            dropped.push_back(found->second);
            entries_.erase(found);
        }
    }
    for (auto& entry : dropped) {
        timers_.cancel(entry->retry);
        std::lock_guard following(entry->following);
        entry->watch.reset();
    }
}

Result<api::ObjectPtr> ObjectCache::get(const ObjectRef& ref) {
    std::shared_ptr<Entry> entry;
    {
        std::lock_guard lock(mutex_);
        if (auto found = entries_.find(ref); found != entries_.end()) {
            entry = found->second;
            if (entry->synced) return entry->object;
        }
    }
    if (!entry) {
        auto object = client_->get(gvr_of(ref.kind), ref.ns, ref.name);
        if (!object.ok() && object.status().reason() == Reason::NotFound) return api::ObjectPtr();
        return object;
    }
    TRY(follow(entry));
    std::lock_guard lock(mutex_);
    return entry->object;
}

Status ObjectCache::follow(const std::shared_ptr<Entry>& entry) {
    std::lock_guard following(entry->following);
    {
        std::lock_guard lock(mutex_);
        if (entry->synced) return {};
    }
    entry->watch.reset();
    const std::string selector = "metadata.name=" + entry->ref.name;
    client::List list = TRY(client_->list(gvr_of(entry->ref.kind), {.ns = entry->ref.ns, .field_selector = selector}));
    {
        std::lock_guard lock(mutex_);
        entry->object = list.items.empty() ? nullptr : list.items.front();
        entry->synced = true;
    }
    std::weak_ptr<Entry> weak = entry;
    client::WatchHandler handler;
    handler.event = [this, weak](const client::WatchEvent& event) {
        auto followed = weak.lock();
        if (!followed || event.type == client::WatchEvent::Type::Bookmark) return;
        {
            std::lock_guard lock(mutex_);
            followed->object = event.type == client::WatchEvent::Type::Deleted ? nullptr : event.object;
        }
        notify(*followed);
    };
    handler.end = [this, weak](Status) { follow_later(weak); };
    auto watch = client_->watch(gvr_of(entry->ref.kind), {.ns = entry->ref.ns, .field_selector = selector, .resource_version = list.resource_version}, std::move(handler));
    if (!watch.ok()) {
        follow_later(weak);
        return {};                          // what was listed is good for now
    }
    entry->watch = std::move(*watch);
    return {};
}

void ObjectCache::follow_later(const std::weak_ptr<Entry>& weak) {
    auto entry = weak.lock();
    if (!entry) return;
    std::lock_guard lock(mutex_);
    auto found = entries_.find(entry->ref);
    if (found == entries_.end() || found->second != entry) return;
    entry->retry = timers_.after(kRetry, [this, weak] {
        const bool taken = pool_.submit([this, weak] {
            auto again = weak.lock();
            if (!again) return;
            api::ObjectPtr before;
            {
                std::lock_guard lock2(mutex_);
                before = again->object;
                again->synced = false;
            }
            if (!follow(again).ok()) {
                follow_later(weak);
                return;
            }
            notify(*again);
        });
        if (!taken) follow_later(weak);
    });
}

void ObjectCache::notify(const Entry& entry) {
    std::set<std::string> pods;
    {
        std::lock_guard lock(mutex_);
        pods = entry.pods;
    }
    for (const auto& pod : pods) changed_(pod);
}

}  // namespace skiff::agent::volumes
