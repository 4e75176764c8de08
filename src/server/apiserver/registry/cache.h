// Cache: the in-memory state of all objects, one ResourceCache for each storage prefix, fed by one watch of the store. Reads, lists and
// watches are answered from here by handing out the stored bytes.
//
// Consistency: a write is answered only after the cache has applied its revision (wait_applied), so whoever has seen an acknowledged
// write reads it here. Threads: the store's writer thread applies changes; one thread of the cache, "watch", carries them to the
// watchers, so that neither a commit nor a reader waits for a fan-out. Everything else: any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "api/kind.h"
#include "base/clock.h"
#include "base/text_map.h"
#include "server/apiserver/reader.h"
#include "server/apiserver/registry/resource_cache.h"
#include "server/apiserver/registry/watch_sink.h"
#include "server/store/store.h"

namespace skiff::apiserver {

// Where objects live in the store: "/registry/<storage prefix>/<namespace>/<name>".
inline constexpr std::string_view kRegistryRoot = "/registry/";
std::string store_key(const api::KindInfo& kind, std::string_view ns, std::string_view name);
std::string object_key(std::string_view ns, std::string_view name);   // "ns/name" or "name"

class Cache : public Reader {
public:
    // Bookmarks are sent this often to watchers that allow them.
    static constexpr Duration kBookmarkInterval = std::chrono::seconds(60);

    // Loads the state and starts following. The store and kinds must outlive the cache.
    static Result<std::unique_ptr<Cache>> start(store::Store& store, const api::KindRegistry& kinds, Clock& clock);
    ~Cache() override;   // stop(), and ends following the store
    // Ends all watches and their thread. The state goes on following the store, so that writes on their way are answered.
    void stop();

    // Null for a kind that is not stored.
    ResourceCache* resource(const api::KindInfo& kind) const;
    // The place of a custom resource's objects; made, or opened again with these fields. Stays for the life of the cache.
    void open_resource(const std::string& prefix, const std::vector<std::string>& selectable_fields);
    // Its definition went: ends its watches and forgets its history.
    void close_resource(const std::string& prefix);
    // hook(key, object) runs on the thread that follows the store, before anybody can read or watch that form of an object of this resource; it must be
    // quick. Once, before the first write of the kind.
    void before_visible(const api::KindInfo& kind, std::function<void(std::string_view key, const api::Object& object)> hook);
    int64_t applied() const { return applied_.load(std::memory_order_acquire); }
    // False after the timeout. For writers on pool threads.
    bool wait_applied(int64_t revision, Duration timeout) const;

    // A running watch; destroying it ends it and waits for a running callback (unless called from one).
    class Watch {
    public:
        virtual ~Watch() = default;
    };
    // Starts asynchronously on the watch thread; errors reach the sink's end().
    std::unique_ptr<Watch> watch(const api::KindInfo& kind, WatchSpec spec, std::shared_ptr<WatchSink> sink);
    size_t watchers() const { return watcher_count_.load(); }

    // Reader
    api::ObjectPtr get(const api::Gvr& gvr, std::string_view ns, std::string_view name) const override;
    std::vector<api::ObjectPtr> list(const api::Gvr& gvr, std::string_view ns) const override;
    int64_t revision(const api::Gvr& gvr) const override;

private:
    struct Feed;
    struct Watcher;
    struct WatchHandle;
    using WatcherPtr = std::shared_ptr<Watcher>;
    // The watchers of one resource, by how an event finds them. Watch thread only.
    struct Audience {
        TextMap<std::vector<WatcherPtr>> by_key, by_node;
        std::vector<WatcherPtr> others;
        std::vector<WatcherPtr>& slot(const Watcher& watcher);
    };
    struct Change {
        ResourceCache* resource;
        CacheEventPtr event;
    };

    Cache(store::Store& store, const api::KindRegistry& kinds, Clock& clock);
    Status load();
    ResourceCache* resource_of_key(std::string_view key, std::string_view& rest) const;
    void apply(const std::vector<store::Event>& events);

    // The watch thread.
    void run();
    void admit(const WatcherPtr& watcher);
    void fan_out(const Change& change);
    void tell(Watcher& watcher, const CacheEvent& event, SharedLines* shared, const Change* change);
    void drop_closed();
    void end_audience(const ResourceCache* resource);
    void send_bookmarks(int64_t revision);

    store::Store& store_;
    const api::KindRegistry& kinds_;
    Clock& clock_;
    using Resources = std::map<std::string, std::unique_ptr<ResourceCache>, std::less<>>;
    Resources resources_;                         // of built-in kinds; fixed after load()
    mutable std::shared_mutex custom_mutex_;
    Resources custom_;                            // of custom kinds; grows, under the mutex
    std::mutex hook_mutex_;                       // a hook that is being set, or runs
    const ResourceCache* hooked_ = nullptr;
    std::function<void(std::string_view, const api::Object&)> hook_;
    std::shared_ptr<Feed> feed_;
    std::unique_ptr<store::Store::WatchHandle> feed_handle_;

    std::atomic<int64_t> applied_{0};
    mutable std::mutex applied_mutex_;
    mutable std::condition_variable applied_cv_;

    std::mutex queue_mutex_;
    std::condition_variable queue_cv_;
    std::deque<Change> changes_;
    std::vector<WatcherPtr> arriving_;
    std::vector<const ResourceCache*> closing_;
    bool some_closed_ = false;
    bool stopping_ = false;

    std::unordered_map<const ResourceCache*, Audience> audiences_;   // watch thread only
    size_t bookmark_watchers_ = 0;                                    // watch thread only
    std::atomic<size_t> watcher_count_{0};
    std::mutex watcher_mutex_;                                        // held during callbacks
    std::jthread thread_;
};

}  // namespace skiff::apiserver
