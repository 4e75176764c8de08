// The writer thread of SqliteStore: from queued transactions to acknowledged, published ones.
#include <algorithm>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/thread_pool.h"
#include "server/store/refusals.h"
#include "server/store/sqlite_store.h"

namespace skiff::store {

namespace {

constexpr size_t kGroupTransactionsMax = 1024;
constexpr size_t kGroupBytesMax = 16 << 20;

}  // namespace

struct SqliteStore::Stage {
    std::vector<Staged> accepted;
    std::vector<std::pair<Transaction*, Status>> refused;
};

bool SqliteStore::Transaction::synced() const {
    return std::any_of(writes.begin(), writes.end(), [](const Write& write) { return write.durability == Durability::Synced; });
}

bool SqliteStore::Transaction::frugal() const {
    return std::all_of(writes.begin(), writes.end(),
                       [](const Write& write) { return write.durability == Durability::Cheap || write.kind == Write::Kind::Delete; });
}

void SqliteStore::run() {
    set_thread_name("store");
    std::unique_lock lock(queue_mutex_);
    for (;;) {
        wait(lock);
        if (!queue_.empty()) {
            // Writers that are ready to run join this group: one flush for all, which costs a lone writer nothing.
            lock.unlock();
            std::this_thread::yield();
            lock.lock();
        }
        auto batch = take_batch();
        if (stopping_ && batch.empty()) break;
        watchers_arrived_ = false;
        if (std::exchange(reseal_asked_, false)) {
            resealing_ = true;
            reseal_cursor_ = 0;
            resealed_rows_ = 0;
        }
        compact_allowed_ = compact_revision();
        lock.unlock();
        if (!batch.empty()) process(std::move(batch));
        catch_up();
        if (disk_full_ && clock_.elapsed() >= retry_at_) look_for_space();
        if (flush_due()) flush_pending();
        if (maintenance_due()) maintenance_step();
        lock.lock();
    }
    lock.unlock();
    finish_reseal(error(Reason::Conflict, "the datastore was closed first"));
    close();
}

void SqliteStore::wait(std::unique_lock<std::mutex>& lock) {
    while (queue_.empty() && !watchers_arrived_ && !reseal_asked_ && !catching_up_ && !stopping_ && compact_allowed_ == compact_revision()) {
        if (flush_due() || maintenance_due() || (disk_full_ && clock_.elapsed() >= retry_at_)) return;
        Duration deadline = Duration::max();
        if (!pending_.empty() && failure_.ok()) deadline = std::max(pending_since_ + std::chrono::milliseconds(options_.cheap_flush_ms), retry_at_);
        if (disk_full_ && failure_.ok()) deadline = std::min(deadline, retry_at_);
        if (deadline == Duration::max()) queue_cv_.wait(lock);
        else clock_.wait_until(queue_cv_, lock, deadline);
    }
}

std::vector<SqliteStore::Transaction> SqliteStore::take_batch() {
    std::vector<Transaction> batch;
    size_t bytes = 0;
    while (!queue_.empty() && batch.size() < kGroupTransactionsMax && bytes < kGroupBytesMax) {
        for (const auto& write : queue_.front().writes) bytes += write.value.size();
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return batch;
}

void SqliteStore::close() {
    if (!failure_.ok()) return;
    flush_pending();
    if (!failure_.ok() || !pending_.empty()) return;
    std::lock_guard lock(log_mutex_);
    Status status;
    if (log_->meta().compact_revision < compact_revision()) status = log_->compact_start(compact_revision());
    if (status.ok()) status = log_->close_clean(current_);
    if (!status.ok()) log::warn("store", "not closed cleanly", {{"error", status.message()}});
}

void SqliteStore::process(std::vector<Transaction> batch) {
    static const Status kFull = error(Reason::ServiceUnavailable, "the datastore's disk is full: the write was refused, nothing is lost").with_retry_after(5);
    std::vector<Transaction*> all;
    for (auto& transaction : batch) all.push_back(&transaction);
    for (;;) {
        if (!failure_.ok()) return refuse(all, failure_);
        if (disk_full_) {
            auto first_barred = std::stable_partition(all.begin(), all.end(), [](const Transaction* transaction) { return transaction->frugal(); });
            refuse({first_barred, all.end()}, kFull);
            all.erase(first_barred, all.end());
        }
        if (all.empty()) return;
        if (in_memory_suffices(all)) return process_in_memory(all);
        bool was_full = disk_full_;
        Stage staged = stage(all);
        Status status = flush(staged.accepted);
        if (status.ok()) return finish(std::move(staged));
        // Nobody was told anything yet. What the reserve may still carry is checked anew, without the writes that failed.
        if (failure_.ok() && was_full) return refuse(all, status);
    }
}

void SqliteStore::refuse(const std::vector<Transaction*>& batch, const Status& status) {
    for (auto* transaction : batch) transaction->done(status);
    metrics_->refused.add(static_cast<double>(batch.size()));
}

void SqliteStore::process_in_memory(const std::vector<Transaction*>& batch) {
    Stage staged = stage(batch);
    if (pending_.empty()) pending_since_ = clock_.elapsed();
    for (const auto& one : staged.accepted) pending_.insert(pending_.end(), one.changes.begin(), one.changes.end());
    finish(std::move(staged));
}

SqliteStore::Stage SqliteStore::stage(const std::vector<Transaction*>& batch) const {
    Stage out;
    Overlay overlay;
    Revision next = current_ + 1;
    for (auto* transaction : batch) {
        auto staged = check(*transaction, next, overlay);
        if (!staged.ok()) {
            out.refused.emplace_back(transaction, std::move(staged).status());
            continue;
        }
        ++next;
        for (const auto& change : staged->changes)
            overlay[change.event.entry->key] = change.event.type == Event::Type::Put ? change.event.entry : nullptr;
        out.accepted.push_back(std::move(staged).value());
    }
    return out;
}

Result<SqliteStore::Staged> SqliteStore::check(Transaction& transaction, Revision revision, const Overlay& overlay) const {
    Staged staged{&transaction, revision, {}};
    std::vector<EntryPtr> previous;
    for (const auto& write : transaction.writes) {
        auto found = overlay.find(write.key);
        previous.push_back(found != overlay.end() ? found->second : state_.find(write.key));
        TRY(check_expected(write, previous.back().get()));
    }
    for (size_t i = 0; i < transaction.writes.size(); ++i) staged.changes.push_back(make_change(transaction.writes[i], revision, i, std::move(previous[i])));
    return staged;
}

Change SqliteStore::make_change(const Write& write, Revision revision, size_t index, EntryPtr previous) {
    auto row = std::make_shared<Row>();
    row->key = write.key;
    row->id = first_row_id(revision) + static_cast<int64_t>(index);
    row->mod_revision = revision;
    row->create_revision = previous ? previous->create_revision : revision;
    bool deleted = write.kind == Write::Kind::Delete;
    if (deleted && write.value.empty()) row->value = previous->value;
    else row->value = std::make_shared<const std::string>(stamped(write.value, write.stamp_at, revision));
    return {{deleted ? Event::Type::Delete : Event::Type::Put, std::move(row), std::move(previous)}, write.durability};
}

void SqliteStore::finish(Stage stage) {
    if (!stage.accepted.empty()) {
        std::unique_lock lock(state_mutex_);
        for (const auto& one : stage.accepted)
            for (const auto& change : one.changes) state_.apply(change.event);
        current_.store(stage.accepted.back().revision, std::memory_order_release);
        state_.forget(persisted_);
    }
    for (auto& [transaction, status] : stage.refused) transaction->done(std::move(status));
    for (auto& one : stage.accepted) {
        Committed committed{one.revision, {}};
        std::vector<Event> events;
        for (auto& change : one.changes) {
            committed.entries.push_back(change.event.entry);
            events.push_back(std::move(change.event));
        }
        // Published first: who wrote it then finds it everywhere, without a second wait.
        hub_.publish(events);
        one.transaction->done(std::move(committed));
    }
    metrics_->refused.add(static_cast<double>(stage.refused.size()));
    metrics_->entries.set(static_cast<double>(state_.size()));
}

}  // namespace skiff::store
