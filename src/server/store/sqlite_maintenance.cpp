// What SqliteStore's writer thread does between writes, a small step at a time: late watchers, checkpoints, compaction, vacuum.
#include <algorithm>
#include <optional>

#include "base/log.h"
#include "server/store/sqlite_store.h"

namespace skiff::store {

namespace {

constexpr int64_t kWalPagesSoft = 512;        // 2 MiB: one checkpoint copies at most about this much
constexpr size_t kCompactRowsStep = 256, kCompactRowsStepMax = 2048;
constexpr size_t kVacuumPagesStep = 128;
constexpr size_t kHistoryRowsStep = 512;
constexpr size_t kResealRowsStep = 128;
constexpr Duration kMilestoneInterval = std::chrono::seconds(15);
constexpr size_t kMilestoneBytes = 2 << 20;
constexpr size_t kHistoryPartOfLive = 16;

}  // namespace

bool SqliteStore::maintenance_due() const {
    if (!failure_.ok() || clock_.elapsed() < maintenance_at_) return false;
    if (log_->wal_pages() >= kWalPagesSoft) return true;
    return !catching_up_ && (resealing_ || wiping_ || compacting_ || vacuuming_ || log_->meta().compact_revision < compact_allowed_);
}

void SqliteStore::maintenance_step() {
    std::optional<size_t> resealed;
    Status status;
    {
        std::lock_guard lock(log_mutex_);
        const bool wiping = wiping_;
        status = next_step();
        if (wiping && !wiping_) resealed = resealed_rows_;
    }
    const bool failed = !resealed && !status.ok() && (resealing_ || wiping_);
    if (resealed) finish_reseal(*resealed);
    else if (failed) finish_reseal(status);
    // No room to rewrite, or a row that cannot be read: the store itself is as good as before.
    if (failed && (status.reason() == Reason::ServiceUnavailable || status.reason() == Reason::Invalid)) return;
    metrics_->wal_bytes.set(static_cast<double>(log_->wal_pages()) * 4096);
    if (status.ok()) return;
    if (status.reason() != Reason::ServiceUnavailable) return stop_writing(status);
    bool reserve_is_gone = disk_full_;
    disk_is_full(status);
    if (reserve_is_gone) maintenance_at_ = retry_at_;
}

Status SqliteStore::next_step() {
    if (log_->wal_pages() >= kWalPagesSoft) return log_->checkpoint();
    if (resealing_ || wiping_) return reseal_step();
    if (log_->meta().compact_revision < compact_allowed_) {
        TRY(log_->compact_start(compact_allowed_));
        compacting_ = true;
        return {};
    }
    if (compacting_) {
        compacting_ = TRY(log_->compact_step(std::clamp(2 * flush_rows_, kCompactRowsStep, kCompactRowsStepMax)));
        vacuuming_ = !compacting_;
        return {};
    }
    vacuuming_ = TRY(log_->vacuum_step(kVacuumPagesStep));
    return {};
}

// Rows that come meanwhile are written in the new form and stand behind the cursor's way.
Status SqliteStore::reseal_step() {
    if (wiping_) {
        TRY(log_->wipe());
        wiping_ = false;
        return {};
    }
    resealing_ = TRY(log_->reseal_step(reseal_cursor_, kResealRowsStep, resealed_rows_));
    wiping_ = !resealing_;
    return {};
}

void SqliteStore::finish_reseal(Result<size_t> result) {
    resealing_ = wiping_ = false;
    std::function<void(Result<size_t>)> done;
    {
        std::lock_guard lock(queue_mutex_);
        done.swap(reseal_done_);
    }
    if (done) done(std::move(result));
}

void SqliteStore::remember_time() {
    Duration now = clock_.elapsed();
    if (!milestones_.empty() && now - milestones_.back().time < kMilestoneInterval && bytes_written_ - milestones_.back().bytes < kMilestoneBytes) return;
    milestones_.push_back({now, persisted_, rows_written_, bytes_written_});
    plan_compaction();
}

void SqliteStore::plan_compaction() {
    Duration keep = std::chrono::milliseconds(options_.history_ms_min);
    const size_t bytes_max = std::max(options_.history_bytes_max, state_.bytes() / kHistoryPartOfLive);
    Revision target = 0;
    while (!milestones_.empty()) {
        const auto& oldest = milestones_.front();
        const bool old = clock_.elapsed() - oldest.time >= keep && rows_written_ - oldest.rows >= options_.history_events_max;
        if (!old && bytes_written_ - oldest.bytes <= bytes_max) break;
        target = oldest.revision;
        milestones_.pop_front();
    }
    // Watchers on their way through the log keep it; the next milestone tries again.
    if (target <= compact_revision() || catching_up_) return;
    std::lock_guard lock(queue_mutex_);
    if (!watchers_arrived_) compact_.store(target, std::memory_order_release);
}

void SqliteStore::catch_up() {
    catching_up_ = false;
    for (const auto& subscription : hub_.behind()) {
        if (subscription->told >= state_.events_start()) {
            WatchHub::deliver(*subscription, state_.events_after(subscription->told));
            subscription->live = true;
            continue;
        }
        Result<SqliteLog::History> history = SqliteLog::History{{}, 0};
        {
            std::lock_guard lock(log_mutex_);
            history = log_->events(subscription->told, state_.events_start(), subscription->prefix, kHistoryRowsStep);
            if (!history.ok()) stop_writing(history.status());
        }
        if (!history.ok()) {
            // The history cannot be read: better no events than wrong ones.
            subscription->closed = true;
            continue;
        }
        WatchHub::deliver(*subscription, history->events);
        subscription->told = std::max(subscription->told, history->through);
        catching_up_ = true;
    }
}

}  // namespace skiff::store
