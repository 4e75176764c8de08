#include "reconcile/informer_feed.h"

#include <algorithm>

#include "base/strings.h"

namespace skiff::reconcile {

namespace {

std::vector<std::string> owner_uids(const api::Object& object) {
    std::vector<std::string> uids;
    for (const auto& owner : object.meta().owners)
        if (std::find(uids.begin(), uids.end(), owner.uid) == uids.end()) uids.push_back(owner.uid);
    return uids;
}

}  // namespace

InformerFeed::InformerFeed(InformerScope scope, Clock& clock, std::function<void(Duration)> ended)
    : scope_(std::move(scope)), clock_(clock), ended_(std::move(ended)) {}

void InformerFeed::disconnect() { watch_.reset(); }

Status InformerFeed::connect(client::Client& client) {
    watch_.reset();
    bool must_list;
    {
        std::shared_lock lock(data_mutex_);
        must_list = must_list_;
    }
    if (must_list) TRY(relist(client));

    client::WatchOptions options{scope_.ns, scope_.label_selector, scope_.field_selector, std::to_string(revision())};
    client::WatchHandler handler;
    Duration started = clock_.elapsed();
    handler.event = [this](const client::WatchEvent& event) { apply(event); };
    handler.end = [this, started](Status status) { on_end(status, started); };
    auto watch = client.watch(scope_.gvr, options, std::move(handler));
    if (!watch.ok()) {
        if (watch.status().reason() == Reason::Expired || watch.status().reason() == Reason::Gone) {
            std::lock_guard lock(data_mutex_);
            must_list_ = true;
        }
        return std::move(watch).status();
    }
    watch_ = std::move(*watch);
    return {};
}

Status InformerFeed::relist(client::Client& client) {
    client::ListOptions options;
    options.ns = scope_.ns;
    options.label_selector = scope_.label_selector;
    options.field_selector = scope_.field_selector;
    auto list = TRY(client.list(scope_.gvr, options));
    replace(std::move(list));
    return {};
}

// Brings the map to the listed state and tells the difference.
void InformerFeed::replace(client::List list) {
    std::lock_guard dispatch(dispatch_mutex_);
    std::vector<std::pair<ObjectPtr, ObjectPtr>> differences;
    {
        std::unique_lock lock(data_mutex_);
        ObjectMap listed;
        for (const auto& object : list.items) listed.put(object);
        for (const auto& old : objects_.list({}))
            if (!listed.find(old->meta().ns, old->meta().name)) {
                objects_.erase(old->meta().ns, old->meta().name);
                differences.emplace_back(old, nullptr);
            }
        for (const auto& object : list.items) {
            auto previous = objects_.put(object);
            if (previous && previous->meta().resource_version == object->meta().resource_version) continue;
            differences.emplace_back(std::move(previous), object);
        }
        revision_ = parse_int(list.resource_version).value_or(0);
        must_list_ = false;
    }
    for (const auto& [previous, current] : differences) tell(previous, current);
    {
        std::unique_lock lock(data_mutex_);
        synced_ = true;
    }
    changed();
}

void InformerFeed::apply(const client::WatchEvent& event) {
    if (!event.object) return;
    const auto& meta = event.object->meta();
    std::lock_guard dispatch(dispatch_mutex_);
    ObjectPtr previous, current;
    bool news = false;
    {
        std::unique_lock lock(data_mutex_);
        if (event.type == client::WatchEvent::Type::Deleted) {
            // A deletion that is told twice does not take the next object of that name along.
            auto known = objects_.find(meta.ns, meta.name);
            news = known && known->meta().resource_version <= meta.resource_version;
            if (news) previous = objects_.erase(meta.ns, meta.name);
        } else if (event.type != client::WatchEvent::Type::Bookmark) {
            auto known = objects_.find(meta.ns, meta.name);
            news = !known || known->meta().resource_version < meta.resource_version || known->meta().uid != meta.uid;
            if (news) previous = objects_.put(event.object);
            current = event.object;
        }
        revision_ = std::max(revision_, meta.resource_version);
    }
    changed();
    if (news) tell(previous, current);
}

void InformerFeed::on_end(const Status& status, Duration started) {
    if (status.reason() == Reason::Expired || status.reason() == Reason::Gone) {
        std::lock_guard lock(data_mutex_);
        must_list_ = true;
    }
    ended_(clock_.elapsed() - started);
}

// An object that was replaced by another of the same name is a deletion and an addition.
void InformerFeed::tell(const ObjectPtr& previous, const ObjectPtr& current) {
    if (previous && current && previous->meta().uid != current->meta().uid) {
        tell(previous, nullptr);
        tell(nullptr, current);
        return;
    }
    for (const auto& handlers : handlers_) handlers.change(previous, current);
}

void InformerFeed::changed() {
    {
        std::lock_guard lock(wait_mutex_);
        ++changes_;
    }
    wait_changed_.notify_all();
}

void InformerFeed::add_handlers(Handlers handlers) {
    std::lock_guard dispatch(dispatch_mutex_);
    for (const auto& object : list({})) handlers.change(nullptr, object);
    handlers_.push_back(std::move(handlers));
}

bool InformerFeed::synced() const {
    std::shared_lock lock(data_mutex_);
    return synced_;
}

ObjectPtr InformerFeed::get(std::string_view ns, std::string_view name) const {
    std::shared_lock lock(data_mutex_);
    return objects_.find(ns, name);
}

std::vector<ObjectPtr> InformerFeed::list(std::string_view ns) const {
    std::shared_lock lock(data_mutex_);
    return objects_.list(ns);
}

void InformerFeed::add_index(std::string name, std::function<std::vector<std::string>(const api::Object&)> keys) {
    std::unique_lock lock(data_mutex_);
    objects_.add_index(std::move(name), std::move(keys));
}

std::vector<ObjectPtr> InformerFeed::by_index(std::string_view name, std::string_view value) const {
    {
        std::shared_lock lock(data_mutex_);
        if (name != kByOwner || objects_.has_index(name)) return objects_.by_index(name, value);
    }
    std::unique_lock lock(data_mutex_);
    objects_.add_index(std::string(kByOwner), owner_uids);
    return objects_.by_index(name, value);
}

int64_t InformerFeed::revision() const {
    std::shared_lock lock(data_mutex_);
    return revision_;
}

bool InformerFeed::wait_for(const std::function<bool()>& done, Duration timeout) {
    auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        uint64_t seen;
        {
            std::lock_guard lock(wait_mutex_);
            seen = changes_;
        }
        if (done()) return true;
        std::unique_lock lock(wait_mutex_);
        if (!wait_changed_.wait_until(lock, deadline, [&] { return changes_ != seen; })) return false;
    }
}

}  // namespace skiff::reconcile
