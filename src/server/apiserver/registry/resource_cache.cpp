#include "server/apiserver/registry/resource_cache.h"

#include <algorithm>
#include <mutex>

namespace skiff::apiserver {

namespace {

// Where an Event is selected by its source, the source's component is meant.
std::vector<std::string> scanned_paths(std::vector<std::string> fields) {
    std::replace(fields.begin(), fields.end(), std::string("source"), std::string("source.component"));
    return fields;
}

// However large they are, so many events are kept.
constexpr size_t kEventsMin = 8;

// What the window keeps alive: a deletion has the last state twice, with two revisions.
size_t bytes_of(const CacheEvent& event) {
    return event.item->object->bytes()->size() + (event.deleted && event.previous ? event.previous->object->bytes()->size() : 0);
}

}  // namespace

ResourceCache::ResourceCache(std::string prefix, const std::vector<std::string>& selectable_fields)
    : prefix_(std::move(prefix)), names_(selectable_fields), fields_(scanned_paths(selectable_fields)) {
    auto found = std::find(selectable_fields.begin(), selectable_fields.end(), "spec.nodeName");
    node_field_ = found == selectable_fields.end() ? std::string::npos : static_cast<size_t>(found - selectable_fields.begin());
}

ItemPtr ResourceCache::make_item(std::string key, api::ObjectPtr object, int64_t revision) const {
    auto item = std::make_shared<Item>();
    item->key = std::move(key);
    item->fields = fields_.scan(*object->bytes());
    item->label_bits = label_bits(object->meta().labels);
    item->object = std::move(object);
    item->revision = revision;
    return item;
}

ItemPtr ResourceCache::get(std::string_view key) const {
    std::shared_lock lock(mutex_);
    auto found = items_.find(key);
    return found == items_.end() ? nullptr : *found;
}

ResourceCache::Range ResourceCache::range(std::string_view ns, std::string_view from, size_t limit, const Filter* wanted) const {
    std::string prefix = ns.empty() ? std::string() : std::string(ns) + "/";
    std::string end = prefix;
    if (!end.empty()) end.back() = '/' + 1;
    Range out;
    std::shared_lock lock(mutex_);
    auto first = items_.lower_bound(from > std::string_view(prefix) ? from : std::string_view(prefix));
    auto last = prefix.empty() ? items_.end() : items_.lower_bound(std::string_view(end));
    out.changed = changed_;
    if (prefix.empty() && limit == 0 && from.empty() && wanted == nullptr) out.items.reserve(items_.size());
    for (; first != last; ++first) {
        if (limit != 0 && out.items.size() == limit) break;
        if (wanted == nullptr || wanted->matches(**first)) out.items.push_back(*first);
    }
    if (limit != 0) out.left = static_cast<size_t>(std::distance(first, last));
    return out;
}

size_t ResourceCache::size() const {
    std::shared_lock lock(mutex_);
    return items_.size();
}

int64_t ResourceCache::changed() const {
    std::shared_lock lock(mutex_);
    return changed_;
}

Result<std::vector<CacheEventPtr>> ResourceCache::events_after(int64_t revision) const {
    std::shared_lock lock(mutex_);
    if (revision < window_start_) return error(Reason::Expired, "too old resource version: {} ({})", revision, window_start_);
    auto first = std::upper_bound(window_.begin(), window_.end(), revision, [](int64_t r, const CacheEventPtr& e) { return r < e->revision; });
    return std::vector<CacheEventPtr>(first, window_.end());
}

void ResourceCache::load(std::string key, api::ObjectPtr object, int64_t revision) {
    auto item = make_item(std::move(key), std::move(object), revision);
    std::unique_lock lock(mutex_);
    changed_ = std::max(changed_, revision);
    items_.insert(items_.end(), std::move(item));
}

void ResourceCache::set_window_start(int64_t revision) {
    std::unique_lock lock(mutex_);
    window_start_ = revision;
}

void ResourceCache::set_fields(std::vector<std::string> selectable_fields) {
    std::unique_lock lock(mutex_);
    if (names_ == selectable_fields) return;
    fields_ = SelectablePaths(selectable_fields);
    names_ = std::move(selectable_fields);
    std::set<ItemPtr, KeyLess> items;
    for (const ItemPtr& item : items_) items.insert(items.end(), make_item(item->key, item->object, item->revision));
    items_ = std::move(items);
}

void ResourceCache::clear(int64_t revision) {
    std::unique_lock lock(mutex_);
    items_.clear();
    window_.clear();
    window_bytes_ = 0;
    window_start_ = std::max(window_start_, revision);
    changed_ = std::max(changed_, revision);
}

CacheEventPtr ResourceCache::put(std::string key, api::ObjectPtr object, int64_t revision) {
    auto event = std::make_shared<CacheEvent>();
    event->revision = revision;
    std::unique_lock lock(mutex_);
    event->item = make_item(std::move(key), std::move(object), revision);
    auto found = items_.find(std::string_view(event->item->key));
    if (found == items_.end()) {
        items_.insert(event->item);
    } else {
        event->previous = *found;
        auto hint = std::next(found);
        auto node = items_.extract(found);
        node.value() = event->item;
        items_.insert(hint, std::move(node));
    }
    remember(event);
    return event;
}

CacheEventPtr ResourceCache::remove(std::string_view key, api::ObjectPtr last, int64_t revision) {
    auto event = std::make_shared<CacheEvent>();
    event->revision = revision;
    event->deleted = true;
    std::unique_lock lock(mutex_);
    auto found = items_.find(key);
    if (found == items_.end()) return nullptr;
    event->previous = *found;
    items_.erase(found);
    auto item = std::make_shared<Item>(*event->previous);
    if (last) {
        item->label_bits = label_bits(last->meta().labels);
        item->object = std::move(last);
    }
    item->revision = revision;
    event->item = std::move(item);
    remember(event);
    return event;
}

void ResourceCache::remember(CacheEventPtr event) {
    changed_ = event->revision;
    window_bytes_ += bytes_of(*event);
    window_.push_back(std::move(event));
    while (window_.size() > kEventsMax || (window_bytes_ > kEventBytesMax && window_.size() > kEventsMin)) {
        window_bytes_ -= bytes_of(*window_.front());
        window_start_ = window_.front()->revision;
        window_.pop_front();
    }
}

}  // namespace skiff::apiserver
