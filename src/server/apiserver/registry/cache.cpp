#include "server/apiserver/registry/cache.h"

#include <algorithm>
#include <set>

#include "api/custom_resource.h"
#include "base/log.h"
#include "base/thread_pool.h"
#include "server/apiserver/registry/conversion.h"

namespace skiff::apiserver {
namespace {

// So many revisions of history are replayed at start, so that watches of a previous process can resume.
constexpr int64_t kReplayRevisionsMax = 1000;

}  // namespace

std::string object_key(std::string_view ns, std::string_view name) {
    std::string key;
    key.reserve(ns.size() + name.size() + 1);
    if (!ns.empty()) key.append(ns).push_back('/');
    key.append(name);
    return key;
}

std::string store_key(const api::KindInfo& kind, std::string_view ns, std::string_view name) {
    std::string key(kRegistryRoot);
    key.append(kind.storage_prefix).push_back('/');
    if (!ns.empty()) key.append(ns).push_back('/');
    return key.append(name);
}

struct Cache::Feed : store::Watcher {
    Cache* cache;
    void on_events(const std::vector<store::Event>& events) override { cache->apply(events); }
};

Cache::Cache(store::Store& store, const api::KindRegistry& kinds, Clock& clock) : store_(store), kinds_(kinds), clock_(clock) {}

Result<std::unique_ptr<Cache>> Cache::start(store::Store& store, const api::KindRegistry& kinds, Clock& clock) {
    std::unique_ptr<Cache> cache(new Cache(store, kinds, clock));
    TRY(cache->load());
    cache->thread_ = std::jthread([c = cache.get()] { c->run(); });
    return cache;
}

Cache::~Cache() {
    stop();
    feed_handle_.reset();
}

void Cache::stop() {
    {
        std::lock_guard lock(queue_mutex_);
        stopping_ = true;
    }
    queue_cv_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Status Cache::load() {
    for (const api::KindInfo* kind : kinds_.all()) {
        if (kind->custom) {
            custom_.try_emplace(kind->storage_prefix, std::make_unique<ResourceCache>(kind->storage_prefix, kind->custom->definition->indexed_fields));
            continue;
        }
        if (!kind->storage || resources_.count(kind->storage_prefix)) continue;
        const api::KindInfo& stored = storage_kind(kinds_, *kind);
        resources_.emplace(kind->storage_prefix, std::make_unique<ResourceCache>(kind->storage_prefix, stored.selectable_fields));
    }
    int64_t start = std::max(store_.compact_revision(), store_.current_revision() - kReplayRevisionsMax);
    if (start < 0) start = 0;
    store::Listing listing;
    if (start > 0) {
        auto old = store_.list(kRegistryRoot, {}, 0, start);
        if (old.ok()) listing = std::move(old).value();
        else listing = TRY(store_.list(kRegistryRoot));
    }
    for (const store::EntryPtr& entry : listing.entries) {
        std::string_view rest;
        ResourceCache* resource = resource_of_key(entry->key, rest);
        if (resource == nullptr) continue;
        auto object = api::Object::from_bytes(entry->value);
        if (!object.ok()) {
            log::error("cache", "stored object cannot be read", {{"key", entry->key}});
            continue;
        }
        resource->load(std::string(rest), std::move(object).value(), entry->mod_revision);
    }
    int64_t shown = start > 0 ? std::max(start, listing.revision) : 0;
    for (Resources* all : {&resources_, &custom_})
        for (auto& [prefix, resource] : *all) resource->set_window_start(shown);
    applied_ = shown;
    feed_ = std::make_shared<Feed>();
    feed_->cache = this;
    int64_t target = store_.current_revision();
    feed_handle_ = TRY(store_.watch(kRegistryRoot, shown, feed_));
    if (!wait_applied(target, std::chrono::seconds(60))) return error(Reason::Timeout, "the store did not replay its history up to revision {}", target);
    return {};
}

ResourceCache* Cache::resource(const api::KindInfo& kind) const {
    if (!kind.storage) return nullptr;
    if (kind.custom) {
        std::shared_lock lock(custom_mutex_);
        auto found = custom_.find(kind.storage_prefix);
        return found == custom_.end() ? nullptr : found->second.get();
    }
    auto found = resources_.find(kind.storage_prefix);
    return found == resources_.end() ? nullptr : found->second.get();
}

void Cache::open_resource(const std::string& prefix, const std::vector<std::string>& selectable_fields) {
    std::unique_lock lock(custom_mutex_);
    auto& slot = custom_[prefix];
    if (slot) {
        slot->set_fields(selectable_fields);
        return;
    }
    slot = std::make_unique<ResourceCache>(prefix, selectable_fields);
    slot->set_window_start(applied());
}

void Cache::close_resource(const std::string& prefix) {
    ResourceCache* resource = nullptr;
    {
        std::shared_lock lock(custom_mutex_);
        auto found = custom_.find(prefix);
        if (found == custom_.end()) return;
        resource = found->second.get();
    }
    resource->clear(applied());
    {
        std::lock_guard lock(queue_mutex_);
        closing_.push_back(resource);
    }
    queue_cv_.notify_one();
}

// "/registry/apps/deployments/ns/name": a prefix has one or two segments.
ResourceCache* Cache::resource_of_key(std::string_view key, std::string_view& rest) const {
    if (key.substr(0, kRegistryRoot.size()) != kRegistryRoot) return nullptr;
    key.remove_prefix(kRegistryRoot.size());
    size_t slash = key.find('/');
    if (slash == key.npos) return nullptr;
    size_t second = key.find('/', slash + 1);
    for (size_t end : {second, slash}) {
        if (end == key.npos) continue;
        auto found = resources_.find(key.substr(0, end));
        if (found == resources_.end()) continue;
        rest = key.substr(end + 1);
        return found->second.get();
    }
    if (second == key.npos) return nullptr;
    std::shared_lock lock(custom_mutex_);
    auto found = custom_.find(key.substr(0, second));
    if (found == custom_.end()) return nullptr;
    rest = key.substr(second + 1);
    return found->second.get();
}

void Cache::apply(const std::vector<store::Event>& events) {
    std::vector<Change> changes;
    int64_t revision = applied_.load();
    for (const store::Event& event : events) {
        revision = std::max(revision, event.entry->mod_revision);
        std::string_view rest;
        ResourceCache* resource = resource_of_key(event.entry->key, rest);
        if (resource == nullptr) continue;
        api::ObjectPtr object;
        if (event.entry->value && !event.entry->value->empty()) {
            auto parsed = api::Object::from_bytes(event.entry->value);
            if (parsed.ok()) object = std::move(parsed).value();
        }
        if (object) {
            std::lock_guard lock(hook_mutex_);
            if (resource == hooked_) hook_(rest, *object);
        }
        CacheEventPtr change;
        if (event.type == store::Event::Type::Delete) change = resource->remove(rest, std::move(object), event.entry->mod_revision);
        else if (object) change = resource->put(std::string(rest), std::move(object), event.entry->mod_revision);
        if (change) changes.push_back({resource, std::move(change)});
    }
    // Queued before applied() shows the revision: what the watch thread reads as applied has been queued (see run()).
    bool watched = !changes.empty() && watcher_count_.load() != 0;
    if (watched) {
        std::lock_guard lock(queue_mutex_);
        for (Change& change : changes) changes_.push_back(std::move(change));
    }
    {
        std::lock_guard lock(applied_mutex_);
        applied_.store(revision, std::memory_order_release);
    }
    applied_cv_.notify_all();
    if (watched) queue_cv_.notify_one();
}

void Cache::before_visible(const api::KindInfo& kind, std::function<void(std::string_view, const api::Object&)> hook) {
    std::lock_guard lock(hook_mutex_);
    hook_ = std::move(hook);
    hooked_ = hook_ ? resource(kind) : nullptr;
}

bool Cache::wait_applied(int64_t revision, Duration timeout) const {
    if (applied() >= revision) return true;
    std::unique_lock lock(applied_mutex_);
    return applied_cv_.wait_for(lock, timeout, [&] { return applied() >= revision; });
}

api::ObjectPtr Cache::get(const api::Gvr& gvr, std::string_view ns, std::string_view name) const {
    const api::KindInfo* kind = kinds_.find(gvr);
    ResourceCache* found = kind ? resource(*kind) : nullptr;
    ItemPtr item = found ? found->get(object_key(ns, name)) : nullptr;
    return item ? item->object : nullptr;
}

std::vector<api::ObjectPtr> Cache::list(const api::Gvr& gvr, std::string_view ns) const {
    std::vector<api::ObjectPtr> out;
    const api::KindInfo* kind = kinds_.find(gvr);
    ResourceCache* found = kind ? resource(*kind) : nullptr;
    if (found == nullptr) return out;
    auto range = found->range(ns);
    out.reserve(range.items.size());
    for (const ItemPtr& item : range.items) out.push_back(item->object);
    return out;
}

int64_t Cache::revision(const api::Gvr& gvr) const {
    const api::KindInfo* kind = kinds_.find(gvr);
    ResourceCache* found = kind ? resource(*kind) : nullptr;
    return found ? found->changed() : 0;
}

}  // namespace skiff::apiserver
