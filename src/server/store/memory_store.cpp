// MemoryStore: the reference implementation, as simple as the contract allows: all versions of all keys in one map, one lock. Whoever
// commits while nobody else does becomes the writer thread until the queue is empty, so callbacks run one at a time and may commit again.
#include <deque>
#include <map>
#include <mutex>

#include "server/store/refusals.h"
#include "server/store/store.h"

namespace skiff::store {

namespace {

class MemoryStore : public Store {
public:
    Result<EntryPtr> get(std::string_view key, Revision at) override {
        std::lock_guard lock(mutex_);
        if (at != 0) TRY(check_revision(at, compact_, current_));
        auto found = versions_.find(key);
        EntryPtr entry = found == versions_.end() ? nullptr : version_at(found->second, at == 0 ? current_ : at);
        if (!entry) return error(Reason::NotFound, "{} not found", key);
        return entry;
    }

    Result<Listing> list(std::string_view prefix, std::string_view from, size_t limit, Revision at) override {
        std::lock_guard lock(mutex_);
        if (at != 0) TRY(check_revision(at, compact_, current_));
        Listing out{{}, at == 0 ? current_ : at};
        for (auto it = versions_.lower_bound(std::max(prefix, from)); it != versions_.end(); ++it) {
            if (it->first.compare(0, prefix.size(), prefix) != 0 || (limit != 0 && out.entries.size() == limit)) break;
            if (EntryPtr entry = version_at(it->second, out.revision)) out.entries.push_back(std::move(entry));
        }
        return out;
    }

    void commit(std::vector<Write> writes, std::function<void(Result<Committed>)> done) override {
        if (Status shape = check_shape(writes); !shape.ok()) return done(std::move(shape));
        run([this, writes = std::move(writes), done = std::move(done)]() mutable { commit_now(std::move(writes), done); });
    }

    Result<std::unique_ptr<WatchHandle>> watch(std::string_view prefix, Revision after, std::shared_ptr<Watcher> watcher) override;

    Revision current_revision() const override {
        std::lock_guard lock(mutex_);
        return current_;
    }
    Revision compact_revision() const override {
        std::lock_guard lock(mutex_);
        return compact_;
    }

    Status compact(Revision revision) override {
        std::lock_guard lock(mutex_);
        if (revision > current_) return error(Reason::BadRequest, "cannot compact to {}, the current revision is {}", revision, current_);
        if (revision <= compact_) return {};
        compact_ = revision;
        while (!log_.empty() && log_.front().entry->mod_revision <= revision) log_.pop_front();
        for (auto it = versions_.begin(); it != versions_.end();) {
            auto& versions = it->second;
            // The newest version that revision shows stays; a deletion does not even need that.
            while (versions.size() > 1 && versions[1].revision <= revision) versions.erase(versions.begin());
            if (!versions[0].entry && versions[0].revision <= revision) versions.erase(versions.begin());
            it = versions.empty() ? versions_.erase(it) : std::next(it);
        }
        return {};
    }

private:
    struct Version {
        Revision revision;
        EntryPtr entry;   // null: deleted
    };
    struct Subscription {
        std::string prefix;
        Revision told;
        std::shared_ptr<Watcher> watcher;
        std::recursive_mutex delivering;
    };
    class Handle : public WatchHandle {
    public:
        explicit Handle(std::shared_ptr<Subscription> subscription) : subscription_(std::move(subscription)) {}
        ~Handle() override {
            std::lock_guard wait(subscription_->delivering);
            subscription_->watcher.reset();
        }

    private:
        std::shared_ptr<Subscription> subscription_;
    };

    static EntryPtr version_at(const std::vector<Version>& versions, Revision at) {
        EntryPtr found;
        for (const auto& version : versions)
            if (version.revision <= at) found = version.entry;
        return found;
    }

    void run(std::function<void()> task) {
        std::unique_lock lock(mutex_);
        tasks_.push_back(std::move(task));
        if (running_) return;
        running_ = true;
        while (!tasks_.empty()) {
            auto next = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            next();
            lock.lock();
        }
        running_ = false;
    }

    void commit_now(std::vector<Write> writes, const std::function<void(Result<Committed>)>& done) {
        auto applied = apply(std::move(writes));
        done(std::move(applied));
        tell_watchers();
    }

    Result<Committed> apply(std::vector<Write> writes) {
        std::lock_guard lock(mutex_);
        auto current = [&](const std::string& key) {
            auto found = versions_.find(key);
            return found == versions_.end() ? nullptr : found->second.back().entry;
        };
        for (const auto& write : writes) TRY(check_expected(write, current(write.key).get()));
        Committed committed{++current_, {}};
        for (auto& write : writes) {
            EntryPtr previous = current(write.key);
            bool deleted = write.kind == Write::Kind::Delete;
            auto entry = std::make_shared<Entry>();
            entry->key = write.key;
            entry->mod_revision = current_;
            entry->create_revision = previous ? previous->create_revision : current_;
            if (deleted && write.value.empty()) entry->value = previous->value;
            else entry->value = std::make_shared<const std::string>(stamped(write.value, write.stamp_at, current_));
            versions_[write.key].push_back({current_, deleted ? nullptr : entry});
            log_.push_back({deleted ? Event::Type::Delete : Event::Type::Put, entry, previous});
            committed.entries.push_back(std::move(entry));
        }
        return committed;
    }

    void tell_watchers() {
        std::vector<std::shared_ptr<Subscription>> subscriptions;
        {
            std::lock_guard lock(mutex_);
            std::erase_if(subscriptions_, [](const auto& subscription) { return subscription.expired(); });
            for (const auto& subscription : subscriptions_)
                if (auto alive = subscription.lock()) subscriptions.push_back(std::move(alive));
        }
        for (const auto& subscription : subscriptions) tell(*subscription);
    }

    void tell(Subscription& subscription) {
        for (;;) {
            std::vector<Event> events = next_transaction(subscription);
            if (events.empty()) return;
            std::lock_guard hold(subscription.delivering);
            auto watcher = subscription.watcher;
            if (!watcher) return;
            watcher->on_events(events);
        }
    }

    std::vector<Event> next_transaction(Subscription& subscription) {
        std::lock_guard lock(mutex_);
        std::vector<Event> events;
        for (const auto& event : log_) {
            Revision revision = event.entry->mod_revision;
            if (revision <= subscription.told || event.entry->key.compare(0, subscription.prefix.size(), subscription.prefix) != 0) continue;
            if (!events.empty() && events[0].entry->mod_revision != revision) break;
            events.push_back(event);
        }
        subscription.told = events.empty() ? current_ : events[0].entry->mod_revision;
        return events;
    }

    mutable std::mutex mutex_;
    std::map<std::string, std::vector<Version>, std::less<>> versions_;
    std::deque<Event> log_;
    std::vector<std::weak_ptr<Subscription>> subscriptions_;
    std::deque<std::function<void()>> tasks_;
    bool running_ = false;
    Revision current_ = 0, compact_ = 0;
};

Result<std::unique_ptr<Store::WatchHandle>> MemoryStore::watch(std::string_view prefix, Revision after, std::shared_ptr<Watcher> watcher) {
    auto subscription = std::make_shared<Subscription>();
    subscription->prefix = prefix;
    subscription->told = after;
    subscription->watcher = std::move(watcher);
    {
        std::lock_guard lock(mutex_);
        TRY(check_revision(after, compact_, current_));
        subscriptions_.push_back(subscription);
    }
    auto handle = std::make_unique<Handle>(subscription);
    run([this, subscription] { tell(*subscription); });
    return std::unique_ptr<WatchHandle>(std::move(handle));
}

}  // namespace

std::unique_ptr<Store> open_memory() { return std::make_unique<MemoryStore>(); }

}  // namespace skiff::store
