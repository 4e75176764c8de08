// SqliteStore: store::Store on one SQLite file.
//
// One thread, "store", does every write: it takes all transactions that wait, checks them in order, writes those that must be durable in
// one SQLite transaction (group commit), applies them to memory, acknowledges and publishes. Between writes it brings late watchers up to
// date, checkpoints, compacts and vacuums in small steps. Reads are answered from memory (LiveState) on the caller's thread; only history
// older than the remembered events is read from the file, under the connection's mutex.
//
// A full disk refuses Synced puts until there is space again, deletions go on from a reserve; any other failure of the disk ends writing for good: what was not
// acknowledged may or may not be there after a restart, what was acknowledged is.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <thread>

#include "base/text_map.h"
#include "server/store/store_metrics.h"
#include "server/store/disk_reserve.h"
#include "server/store/live_state.h"
#include "server/store/sqlite_log.h"
#include "server/store/watch_hub.h"

namespace skiff::store {

class SqliteStore : public Store {
public:
    static Result<std::unique_ptr<Store>> open(const SqliteOptions& options);
    ~SqliteStore() override;   // finishes what is queued, flushes, and closes

    Result<EntryPtr> get(std::string_view key, Revision at) override;
    Result<Listing> list(std::string_view prefix, std::string_view from, size_t limit, Revision at) override;
    void commit(std::vector<Write> writes, std::function<void(Result<Committed>)> done) override;
    Result<std::unique_ptr<WatchHandle>> watch(std::string_view prefix, Revision after, std::shared_ptr<Watcher> watcher) override;
    Revision current_revision() const override { return current_.load(std::memory_order_acquire); }
    Revision compact_revision() const override { return compact_.load(std::memory_order_acquire); }
    Status compact(Revision revision) override;
    void reseal(std::function<void(Result<size_t>)> done) override;

private:
    struct Transaction {
        std::vector<Write> writes;
        std::function<void(Result<Committed>)> done;
        bool synced() const;
        // Whether it is taken while the disk is full: deletions and Cheap writes only.
        bool frugal() const;
    };
    // A checked transaction.
    struct Staged {
        Transaction* transaction;
        Revision revision;
        std::vector<Change> changes;
    };
    using Overlay = TextMap<EntryPtr>;   // key -> entry after the staged transactions, null when deleted

    SqliteStore(const SqliteOptions& options, std::unique_ptr<SqliteLog> log);
    Status load();
    Status check_readable(Revision at) const;
    Result<Listing> list_from_log(const KeyRange& keys, size_t limit, Revision at);

    // The writer thread; sqlite_writer.cpp.
    void run();
    void wait(std::unique_lock<std::mutex>& lock);
    std::vector<Transaction> take_batch();
    void close();
    void process(std::vector<Transaction> batch);
    void refuse(const std::vector<Transaction*>& batch, const Status& status);
    void process_in_memory(const std::vector<Transaction*>& batch);
    struct Stage;
    Stage stage(const std::vector<Transaction*>& batch) const;
    Result<Staged> check(Transaction& transaction, Revision revision, const Overlay& overlay) const;
    static Change make_change(const Write& write, Revision revision, size_t index, EntryPtr previous);
    void finish(Stage stage);

    // To the disk; sqlite_flush.cpp.
    Status flush(std::vector<Staged>& staged);
    void flush_pending();
    bool flush_due() const;
    bool in_memory_suffices(const std::vector<Transaction*>& batch) const;
    void stop_writing(const Status& cause);
    void disk_is_full(const Status& cause);
    void look_for_space();

    // Behind other writes, a small step at a time; sqlite_maintenance.cpp.
    bool maintenance_due() const;
    void maintenance_step();
    Status next_step();
    Status reseal_step();
    void finish_reseal(Result<size_t> result);
    void remember_time();
    void plan_compaction();
    void catch_up();

    const SqliteOptions options_;
    Clock& clock_;

    std::mutex queue_mutex_;
    std::condition_variable queue_cv_;
    std::deque<Transaction> queue_;
    bool stopping_ = false, watchers_arrived_ = false;
    std::function<void(Result<size_t>)> reseal_done_;   // set while one is under way; guarded by queue_mutex_
    bool reseal_asked_ = false;

    mutable std::shared_mutex state_mutex_;
    LiveState state_;
    std::atomic<Revision> current_{0}, compact_{0};

    std::mutex log_mutex_;
    std::unique_ptr<SqliteLog> log_;
    Revision persisted_ = 0;                 // every event up to here is in the log, or never will be

    // Writer thread only.
    WatchHub hub_;
    std::vector<Change> pending_;            // Cheap changes that are published but not in the log
    Duration pending_since_{0};
    Status failure_;
    bool resealing_ = false, wiping_ = false;
    int64_t reseal_cursor_ = 0;
    size_t resealed_rows_ = 0;
    bool compacting_ = false, vacuuming_ = false, catching_up_ = false, disk_full_ = false;
    DiskReserve reserve_;
    // Set where arrived watchers are taken in: below it nobody who may still need a row can arrive.
    Revision compact_allowed_ = 0;
    Duration retry_at_{0};                   // next look for space when the disk is full
    Duration maintenance_at_{0};             // maintenance pauses until then after it met a full disk
    uint64_t rows_written_ = 0, bytes_written_ = 0;
    size_t flush_rows_ = 0;                  // of the last flush: compaction keeps pace with it
    struct Milestone {                       // for "keep at least so many events and so long, at most so many bytes"
        Duration time;
        Revision revision;
        uint64_t rows, bytes;
    };
    std::deque<Milestone> milestones_;

    std::unique_ptr<StoreMetrics> metrics_;
    std::jthread thread_;
};

}  // namespace skiff::store
