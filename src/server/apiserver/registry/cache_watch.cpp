// The watch thread of the cache: takes changes in their order, finds the watchers that may care, and tells them.
#include <algorithm>

#include "api/kept_trees.h"
#include "base/thread_pool.h"
#include "server/apiserver/registry/cache.h"

namespace skiff::apiserver {

struct Cache::Watcher {
    const api::KindInfo* kind;
    std::shared_ptr<const void> pin;   // of the kind
    ResourceCache* resource;
    WatchSpec spec;
    std::shared_ptr<WatchSink> sink;
    std::atomic<bool> closed{false};
    std::string key;              // of the only object it can see, or ""
    std::string node;             // spec.nodeName it asks for, or ""
    int64_t after = 0;            // events up to here were told
    int64_t bookmarked = 0;
};

struct Cache::WatchHandle : Cache::Watch {
    Cache* cache;
    WatcherPtr watcher;
    ~WatchHandle() override {
        watcher->closed = true;
        if (std::this_thread::get_id() != cache->thread_.get_id()) std::lock_guard wait_for_callback(cache->watcher_mutex_);
        std::lock_guard lock(cache->queue_mutex_);
        cache->some_closed_ = true;
        cache->queue_cv_.notify_one();
    }
};

std::vector<Cache::WatcherPtr>& Cache::Audience::slot(const Watcher& watcher) {
    if (!watcher.key.empty()) return by_key[watcher.key];
    if (!watcher.node.empty()) return by_node[watcher.node];
    return others;
}

std::unique_ptr<Cache::Watch> Cache::watch(const api::KindInfo& kind, WatchSpec spec, std::shared_ptr<WatchSink> sink) {
    auto watcher = std::make_shared<Watcher>();
    watcher->kind = &kind;
    watcher->pin = kind.pin();
    watcher->resource = resource(kind);
    watcher->key = spec.filter.single_key(kind);
    if (const std::string* node = spec.filter.node_name(); node && watcher->resource->node_field() != std::string::npos) watcher->node = *node;
    watcher->spec = std::move(spec);
    watcher->sink = std::move(sink);
    auto handle = std::make_unique<WatchHandle>();
    handle->cache = this;
    handle->watcher = watcher;
    ++watcher_count_;
    {
        std::lock_guard lock(queue_mutex_);
        arriving_.push_back(std::move(watcher));
    }
    queue_cv_.notify_one();
    return handle;
}

void Cache::run() {
    set_thread_name("watch");
    Duration next_bookmark = clock_.elapsed() + kBookmarkInterval;
    std::unique_lock lock(queue_mutex_);
    while (true) {
        bool waiting = changes_.empty() && arriving_.empty() && closing_.empty() && !some_closed_ && !stopping_;
        if (waiting && bookmark_watchers_ > 0 && clock_.elapsed() < next_bookmark) {
            clock_.wait_until(queue_cv_, lock, next_bookmark);
        } else if (waiting && bookmark_watchers_ == 0) {
            queue_cv_.wait(lock);
            if (bookmark_watchers_ == 0) next_bookmark = clock_.elapsed() + kBookmarkInterval;
        }
        if (stopping_) break;
        std::deque<Change> changes;
        std::vector<WatcherPtr> arriving;
        changes.swap(changes_);
        arriving.swap(arriving_);
        std::vector<const ResourceCache*> closing;
        closing.swap(closing_);
        bool sweep = std::exchange(some_closed_, false);
        int64_t shown = applied();
        lock.unlock();
        {
            std::lock_guard callbacks(watcher_mutex_);
            if (sweep) drop_closed();
            for (const Change& change : changes) {
                api::KeptTrees shared;   // by the informers of this process
                fan_out(change);
            }
            for (const ResourceCache* resource : closing) end_audience(resource);
            for (const WatcherPtr& watcher : arriving) admit(watcher);
            if (clock_.elapsed() >= next_bookmark) {
                next_bookmark = clock_.elapsed() + kBookmarkInterval;
                send_bookmarks(shown);
            }
        }
        changes.clear();
        arriving.clear();
        lock.lock();
    }
    lock.unlock();
    std::lock_guard callbacks(watcher_mutex_);
    auto end_all = [](std::vector<WatcherPtr>& list) {
        for (const WatcherPtr& w : list)
            if (!w->closed.exchange(true)) w->sink->end({});
    };
    for (auto& [resource, audience] : audiences_) {
        for (auto& [key, list] : audience.by_key) end_all(list);
        for (auto& [key, list] : audience.by_node) end_all(list);
        end_all(audience.others);
    }
    end_all(arriving_);
    audiences_.clear();
}

void Cache::admit(const WatcherPtr& watcher) {
    Watcher& w = *watcher;
    if (w.closed) {
        --watcher_count_;
        return;
    }
    using Start = WatchSpec::Start;
    if (w.spec.start == Start::Revision) {
        w.after = w.spec.revision;
        auto events = w.resource->events_after(w.spec.revision);
        if (!events.ok()) {
            w.closed = true;
            --watcher_count_;
            w.sink->end(events.status());
            return;
        }
        for (const CacheEventPtr& event : *events) {
            tell(w, *event, nullptr, nullptr);
            w.after = event->revision;
        }
    } else {
        // applied() before the range: the range shows at least that, and events up to its own last change are skipped later.
        int64_t before = applied();
        ResourceCache::Range range;
        if (w.key.empty()) {
            range = w.resource->range(w.spec.filter.ns());
        } else if (ItemPtr item = w.resource->get(w.key)) {
            range.changed = item->revision;
            range.items.push_back(std::move(item));
        }
        w.after = std::max(before, range.changed);
        if (w.spec.start == Start::State) {
            for (const ItemPtr& item : range.items)
                if (!w.closed && w.spec.filter.matches(*item)) w.sink->event(WatchType::Added, item->object, nullptr);
            if (w.spec.initial_bookmark) w.sink->bookmark(w.after, true);
        }
    }
    if (w.spec.bookmarks) ++bookmark_watchers_;
    audiences_[w.resource].slot(w).push_back(watcher);
}

void Cache::fan_out(const Change& change) {
    auto found = audiences_.find(change.resource);
    if (found == audiences_.end()) return;
    Audience& audience = found->second;
    SharedLines shared;
    auto tell_all = [&](std::vector<WatcherPtr>& list) {
        for (const WatcherPtr& w : list)
            if (!w->closed && w->after < change.event->revision) tell(*w, *change.event, &shared, &change);
    };
    if (!audience.by_key.empty()) {
        auto at = audience.by_key.find(change.event->item->key);
        if (at != audience.by_key.end()) tell_all(at->second);
    }
    if (!audience.by_node.empty()) {
        size_t field = change.resource->node_field();
        std::string now(change.event->item->field(field));
        std::string before = change.event->previous ? std::string(change.event->previous->field(field)) : now;
        if (auto at = audience.by_node.find(now); at != audience.by_node.end()) tell_all(at->second);
        if (before != now)
            if (auto at = audience.by_node.find(before); at != audience.by_node.end()) tell_all(at->second);
    }
    tell_all(audience.others);
}

// An object enters (ADDED), stays in (MODIFIED) or leaves (DELETED with its last matching state) what the watcher asked for.
void Cache::tell(Watcher& w, const CacheEvent& event, SharedLines* shared, const Change*) {
    const Filter& filter = w.spec.filter;
    const api::ObjectPtr previous = event.previous ? event.previous->object : nullptr;
    bool was = event.previous && filter.matches(*event.previous);
    bool is = !event.deleted && filter.matches(*event.item);
    if (is) {
        w.sink->change(was ? WatchType::Modified : WatchType::Added, event.item->object, previous, shared);
    } else if (was && event.deleted) {
        w.sink->change(WatchType::Deleted, event.item->object, previous, shared);
    } else if (was) {
        // Not shared: others see the same change as MODIFIED of another state.
        api::ObjectPtr left = with_revision(*event.previous->object, event.revision);
        if (left) w.sink->event(WatchType::Deleted, left, nullptr);
    }
}

void Cache::end_audience(const ResourceCache* resource) {
    auto found = audiences_.find(resource);
    if (found == audiences_.end()) return;
    Audience& audience = found->second;
    auto end_all = [](std::vector<WatcherPtr>& list) {
        for (const WatcherPtr& w : list)
            if (!w->closed.exchange(true)) w->sink->end({});
    };
    for (auto& [key, list] : audience.by_key) end_all(list);
    for (auto& [key, list] : audience.by_node) end_all(list);
    end_all(audience.others);
    drop_closed();
}

void Cache::drop_closed() {
    auto sweep = [this](std::vector<WatcherPtr>& list) {
        auto gone = std::remove_if(list.begin(), list.end(), [this](const WatcherPtr& w) {
            if (!w->closed) return false;
            if (w->spec.bookmarks) --bookmark_watchers_;
            --watcher_count_;
            return true;
        });
        list.erase(gone, list.end());
    };
    for (auto& [resource, audience] : audiences_) {
        for (auto* map : {&audience.by_key, &audience.by_node}) {
            for (auto it = map->begin(); it != map->end();) {
                sweep(it->second);
                it = it->second.empty() ? map->erase(it) : std::next(it);
            }
        }
        sweep(audience.others);
    }
}

void Cache::send_bookmarks(int64_t revision) {
    auto send = [revision](std::vector<WatcherPtr>& list) {
        for (const WatcherPtr& w : list) {
            if (w->closed || !w->spec.bookmarks || w->bookmarked == revision) continue;
            w->bookmarked = std::max(revision, w->after);
            w->sink->bookmark(w->bookmarked, false);
        }
    };
    for (auto& [resource, audience] : audiences_) {
        for (auto& [key, list] : audience.by_key) send(list);
        for (auto& [key, list] : audience.by_node) send(list);
        send(audience.others);
    }
}

}  // namespace skiff::apiserver
