// How SqliteStore's writer thread gets changes to the disk, and what it does when the disk fails.
#include <unordered_map>

#include "base/log.h"
#include "base/text_map.h"
#include "server/store/sqlite_store.h"

namespace skiff::store {

namespace {

// Cheap writes need revisions below the durable reservation; a new block is reserved when half is used.
constexpr Revision kReservedMin = 256;
constexpr size_t kPendingChangesMax = 5000;
constexpr Duration kSpaceCheckInterval = std::chrono::seconds(1);

// Cheap values that a later write of the same flush replaces are not worth a row: they would be history only.
std::vector<bool> find_superseded(const std::vector<const Change*>& changes) {
    std::vector<bool> superseded(changes.size());
    TextViewSet later;
    for (size_t i = changes.size(); i-- > 0;) {
        const Change& change = *changes[i];
        bool newest = later.insert(change.event.entry->key).second;
        superseded[i] = !newest && change.durability == Durability::Cheap && change.event.type == Event::Type::Put;
    }
    return superseded;
}

// Which rows to write, and which persisted row each of them replaces.
SqliteLog::Append plan(const std::vector<const Change*>& changes) {
    SqliteLog::Append append;
    auto superseded = find_superseded(changes);
    std::unordered_map<const Entry*, int64_t> newest_row;   // of the entry's key, once the entry was handled
    for (size_t i = 0; i < changes.size(); ++i) {
        const Event& event = changes[i]->event;
        int64_t previous_id = 0;
        if (event.previous) previous_id = row_of(event.previous).persisted ? row_of(event.previous).id : newest_row[event.previous.get()];
        newest_row[event.entry.get()] = superseded[i] ? previous_id : row_of(event.entry).id;
        if (superseded[i]) continue;
        append.changes.push_back(changes[i]);
        append.previous_ids.push_back(previous_id);
    }
    return append;
}

}  // namespace

bool SqliteStore::in_memory_suffices(const std::vector<Transaction*>& batch) const {
    for (const auto* transaction : batch)
        if (transaction->synced()) return false;
    const auto& meta = log_->meta();
    return !meta.clean && pending_.size() < kPendingChangesMax && current_ + static_cast<Revision>(batch.size()) < meta.reserved - 1;
}

bool SqliteStore::flush_due() const {
    return failure_.ok() && !pending_.empty() && clock_.elapsed() >= pending_since_ + std::chrono::milliseconds(options_.cheap_flush_ms) &&
           clock_.elapsed() >= retry_at_;
}

Status SqliteStore::flush(std::vector<Staged>& staged) {
    std::vector<const Change*> changes;
    for (const auto& change : pending_) changes.push_back(&change);
    for (const auto& one : staged)
        for (const auto& change : one.changes) changes.push_back(&change);
    if (changes.empty()) return {};
    auto append = plan(changes);
    Revision last = changes.back()->event.entry->mod_revision;
    Revision block = std::max(kReservedMin, 2 * static_cast<Revision>(pending_.size()));
    append.reserve = log_->meta().clean || log_->meta().reserved < last + 1 + block / 2 ? last + 1 + block : 0;

    Duration start = clock_.elapsed();
    {
        std::lock_guard lock(log_mutex_);
        Status status = log_->append(append);
        if (!status.ok()) {
            if (status.reason() != Reason::ServiceUnavailable) stop_writing(status);
            else disk_is_full(status);
            return status;
        }
        persisted_ = last;
    }
    for (const auto* change : append.changes) {
        row_of(change->event.entry).persisted = true;
        bytes_written_ += change->event.entry->key.size() + change->event.entry->value->size();
    }
    pending_.clear();
    flush_rows_ = append.changes.size();
    rows_written_ += append.changes.size();
    metrics_->commit_seconds.observe(std::chrono::duration<double>(clock_.elapsed() - start).count());
    metrics_->wal_bytes.set(static_cast<double>(log_->wal_pages()) * 4096);
    if (!staged.empty()) metrics_->group_size.observe(static_cast<double>(staged.size()));
    remember_time();
    return {};
}

void SqliteStore::flush_pending() {
    std::vector<Staged> none;
    if (pending_.empty()) return;
    (void)flush(none);   // on a full disk they wait on in memory
}

void SqliteStore::stop_writing(const Status& cause) {
    if (!failure_.ok()) return;
    failure_ = error(Reason::InternalError, "the datastore takes no more writes after a disk error; restart the server: {}", cause.message());
    metrics_->failed.set(1);
    log::error("store", "disk error, no more writes are taken", {{"path", options_.path}, {"error", cause.message()}});
}

void SqliteStore::disk_is_full(const Status& cause) {
    if (!disk_full_) log::error("store", "disk is full, only deletions, leases and events are taken", {{"path", options_.path}, {"error", cause.message()}});
    disk_full_ = true;
    retry_at_ = clock_.elapsed() + kSpaceCheckInterval;
    reserve_.give_up();
}

void SqliteStore::look_for_space() {
    retry_at_ = clock_.elapsed() + kSpaceCheckInterval;
    if (!failure_.ok() || !reserve_.take()) return;
    disk_full_ = false;
    retry_at_ = {};
    log::info("store", "disk has space again", {{"path", options_.path}});
}

}  // namespace skiff::store
