#include "server/store/sqlite_store.h"

#include "base/log.h"
#include "base/thread_pool.h"
#include "server/store/refusals.h"
#include "server/store/store_metrics.h"

namespace skiff::store {

namespace {

constexpr size_t kQueueMax = 20'000;
constexpr int kHistoryRetries = 10;

}  // namespace

SqliteStore::SqliteStore(const SqliteOptions& options, std::unique_ptr<SqliteLog> log)
    : options_(options), clock_(*options.clock), log_(std::move(log)), reserve_(options.path + "-reserve"), metrics_(std::make_unique<StoreMetrics>(options.metrics)) {}

Result<std::unique_ptr<Store>> SqliteStore::open(const SqliteOptions& options) {
    auto log = TRY(SqliteLog::open(options));
    std::unique_ptr<SqliteStore> store(new SqliteStore(options, std::move(log)));
    TRY(store->load());
    store->thread_ = std::jthread([s = store.get()] { s->run(); });
    return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options) { return SqliteStore::open(options); }

Status SqliteStore::load() {
    TRY(log_->load([this](RowPtr row) { state_.load(std::move(row)); }, [this](std::string_view key) { state_.unload(key); }));
    const auto& meta = log_->meta();
    compact_ = meta.compact_revision;
    persisted_ = meta.last;
    state_.set_start(meta.last);
    current_ = meta.last;
    remember_time();
    if (!reserve_.take()) disk_is_full(error(Reason::ServiceUnavailable, "no room for the reserve"));
    if (meta.clean) return {};
    // Revisions below the reservation may have been handed out to Cheap writes that are gone now.
    current_ = std::max(meta.last, meta.reserved - 1);
    std::vector<Transaction> restart(1);
    Write write;
    write.key = options_.restart_key;
    write.value = "{}";
    write.durability = Durability::Cheap;   // taken on a full disk too; synced all the same, since the reservation has to move
    Status outcome;
    restart[0].writes.push_back(std::move(write));
    restart[0].done = [&](Result<Committed> result) {
        if (!result.ok()) outcome = result.status();
    };
    process(std::move(restart));
    return outcome;
}

SqliteStore::~SqliteStore() {
    {
        std::lock_guard lock(queue_mutex_);
        stopping_ = true;
    }
    queue_cv_.notify_all();
}

void SqliteStore::commit(std::vector<Write> writes, std::function<void(Result<Committed>)> done) {
    if (Status shape = check_shape(writes); !shape.ok()) return done(std::move(shape));
    {
        std::lock_guard lock(queue_mutex_);
        if (!stopping_ && queue_.size() < kQueueMax) {
            queue_.push_back({std::move(writes), std::move(done)});
            if (queue_.size() == 1) queue_cv_.notify_one();
            return;
        }
    }
    done(error(Reason::TooManyRequests, "too many writes wait for the datastore").with_retry_after(1));
}

Result<EntryPtr> SqliteStore::get(std::string_view key, Revision at) {
    EntryPtr found;
    if (at == 0) {
        std::shared_lock lock(state_mutex_);
        found = state_.find(key);
    } else {
        auto listing = TRY(list(key, key, 1, at));
        if (!listing.entries.empty() && listing.entries[0]->key == key) found = listing.entries[0];
    }
    if (!found) return error(Reason::NotFound, "{} not found", key);
    return found;
}

Status SqliteStore::check_readable(Revision at) const { return check_revision(at, compact_revision(), current_revision()); }

Result<Listing> SqliteStore::list(std::string_view prefix, std::string_view from, size_t limit, Revision at) {
    KeyRange keys{prefix, from};
    {
        std::shared_lock lock(state_mutex_);
        if (at == 0) return Listing{state_.range(keys, limit, {}), current_};
        TRY(check_readable(at));
        if (at >= state_.events_start()) {
            Undo undo;
            state_.undo_events(at, keys, undo);
            return Listing{state_.range(keys, limit, undo), at};
        }
    }
    return list_from_log(keys, limit, at);
}

Result<Listing> SqliteStore::list_from_log(const KeyRange& keys, size_t limit, Revision at) {
    for (int i = 0; i < kHistoryRetries; ++i) {
        SqliteLog::History history{{}, 0};
        {
            std::lock_guard lock(log_mutex_);
            TRY(check_readable(at));
            history = TRY(log_->events(at, persisted_, keys.prefix, static_cast<size_t>(-1)));
        }
        Undo undo;
        for (const auto& event : history.events)
            if (keys.contains(event.entry->key)) undo.emplace(event.entry->key, event.previous);
        std::shared_lock lock(state_mutex_);
        if (state_.events_start() > history.through) continue;   // the writer was faster: some events are in neither
        state_.undo_events(history.through, keys, undo);
        return Listing{state_.range(keys, limit, undo), at};
    }
    return error(Reason::ServerTimeout, "the datastore changes too fast to read revision {}", at).with_retry_after(1);
}

Result<std::unique_ptr<Store::WatchHandle>> SqliteStore::watch(std::string_view prefix, Revision after, std::shared_ptr<Watcher> watcher) {
    std::unique_ptr<WatchHandle> handle;
    {
        // One critical section with compact(): what was readable when the watch arrived stays in the log until it was delivered.
        std::lock_guard lock(queue_mutex_);
        TRY(check_readable(after));
        handle = hub_.subscribe(prefix, after, std::move(watcher));
        watchers_arrived_ = true;
    }
    queue_cv_.notify_one();
    return handle;
}

void SqliteStore::reseal(std::function<void(Result<size_t>)> done) {
    {
        std::lock_guard lock(queue_mutex_);
        if (!stopping_ && !reseal_done_) {
            reseal_done_ = std::move(done);
            reseal_asked_ = true;
            queue_cv_.notify_one();
            return;
        }
    }
    done(error(Reason::Conflict, "the datastore is being rewritten already"));
}

Status SqliteStore::compact(Revision revision) {
    {
        std::lock_guard lock(queue_mutex_);
        if (revision > current_revision()) return error(Reason::BadRequest, "cannot compact to {}, the current revision is {}", revision, current_revision());
        if (revision <= compact_revision()) return {};
        compact_.store(revision, std::memory_order_release);
    }
    queue_cv_.notify_one();
    return {};
}

}  // namespace skiff::store
