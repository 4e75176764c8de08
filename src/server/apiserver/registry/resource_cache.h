// ResourceCache: all objects of one storage prefix in key order, and its last events. Fed by Cache from the store's publication only.
// Any thread; readers share a lock that is held for copying pointers and asking selectors, never for serializing.
#pragma once

#include <deque>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "server/apiserver/registry/filter.h"

namespace skiff::apiserver {

class ResourceCache {
public:
    // Bounds of the event window.
    static constexpr size_t kEventsMax = 1024;
    static constexpr size_t kEventBytesMax = 2 << 20;

    ResourceCache(std::string prefix, const std::vector<std::string>& selectable_fields);

    const std::string& prefix() const { return prefix_; }
    // Position of spec.nodeName among the selectable fields, or npos.
    size_t node_field() const { return node_field_; }

    ItemPtr get(std::string_view key) const;
    // Objects of a namespace ("" all) with key >= from, at most limit (0: all), and the revision of the last change of the resource.
    struct Range {
        std::vector<ItemPtr> items;
        int64_t changed = 0;
        size_t left = 0;       // objects of the range behind the last item
    };
    // With a filter only what it matches; a limit then counts these.
    Range range(std::string_view ns, std::string_view from = {}, size_t limit = 0, const Filter* wanted = nullptr) const;
    size_t size() const;
    int64_t changed() const;

    // Events after revision; Expired below the window.
    Result<std::vector<CacheEventPtr>> events_after(int64_t revision) const;

    // Feeding. load() before start with the state at the revision; put() and remove() give the event for the fan-out.
    void load(std::string key, api::ObjectPtr object, int64_t revision);
    void set_window_start(int64_t revision);
    // A definition changed which fields can be selected: the values of all objects are read again.
    void set_fields(std::vector<std::string> selectable_fields);
    // A definition went: objects and history go, watches of before are Expired.
    void clear(int64_t revision);
    CacheEventPtr put(std::string key, api::ObjectPtr object, int64_t revision);
    CacheEventPtr remove(std::string_view key, api::ObjectPtr last, int64_t revision);   // null when it was not there

private:
    struct KeyLess {
        using is_transparent = void;
        bool operator()(const ItemPtr& a, const ItemPtr& b) const { return a->key < b->key; }
        bool operator()(const ItemPtr& a, std::string_view b) const { return a->key < b; }
        bool operator()(std::string_view a, const ItemPtr& b) const { return a < b->key; }
    };
    ItemPtr make_item(std::string key, api::ObjectPtr object, int64_t revision) const;
    void remember(CacheEventPtr event);

    const std::string prefix_;
    // Both change under the lock.
    std::vector<std::string> names_;
    SelectablePaths fields_;
    size_t node_field_;
    mutable std::shared_mutex mutex_;
    std::set<ItemPtr, KeyLess> items_;
    std::deque<CacheEventPtr> window_;
    size_t window_bytes_ = 0;
    int64_t window_start_ = 0;    // events of greater revisions are in the window
    int64_t changed_ = 0;
};

}  // namespace skiff::apiserver
