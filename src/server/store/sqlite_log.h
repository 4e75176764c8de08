// SqliteLog: the file. One table of rows, one for each write, with its revision; FORMAT.md describes it. Knows nothing of threads,
// watchers or memory: SqliteStore serializes all calls.
//
// Errors as in sqlite_connection.h: ServiceUnavailable (disk full) leaves the file as it was before the call; anything else is final.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/store/row.h"
#include "server/store/sqlite_connection.h"
#include "server/store/value_cipher.h"

namespace skiff::store {

class SqliteLog {
public:
    // InternalError naming the path when the file is damaged, foreign, newer than this program, or in use.
    static Result<std::unique_ptr<SqliteLog>> open(const SqliteOptions& options);

    struct Meta {
        Revision compact_revision = 0;
        // Revisions below this may have been handed out; after an unclean stop the next one starts here.
        Revision reserved = 0;
        bool clean = true;        // the last run flushed everything before it ended
        Revision last = 0;        // of the newest row, or of the clean stop
    };
    const Meta& meta() const { return meta_; }

    // All rows in order, oldest first: put() gets a key's entry (later ones replace earlier ones), drop() a deletion.
    Status load(const std::function<void(RowPtr)>& put, const std::function<void(std::string_view key)>& drop);

    // One durable transaction: the rows, and the reservation when it changes. previous_ids[i] is the row that changes[i] replaces (0: none).
    struct Append {
        std::vector<const Change*> changes;
        std::vector<int64_t> previous_ids;
        Revision reserve = 0;
    };
    Status append(const Append& append);
    // The last call: everything is in the log, revisions go on at last + 1.
    Status close_clean(Revision last);

    // Events of revisions in (after, through] under prefix, whole transactions, stopping after about rows_max rows.
    struct History {
        std::vector<Event> events;
        Revision through;              // complete up to here
    };
    Result<History> events(Revision after, Revision through, std::string_view prefix, size_t rows_max);

    // Compaction: start() makes revisions below target unreadable, step() removes some rows that nobody can see any more and returns
    // true while there are more. Not synced: the next append() does that.
    Status compact_start(Revision target);
    Result<bool> compact_step(size_t rows_max);
    // Gives some unused pages back to the file system; true while there are more to give.
    Result<bool> vacuum_step(size_t pages_max);
    // Brings the rows above cursor, up to rows_max of them, into the cipher's present form; counts what it rewrote. True while there are more.
    Result<bool> reseal_step(int64_t& cursor, size_t rows_max, size_t& rewritten);
    // Nothing of deleted or replaced rows is left in the file or its WAL afterwards. Copies the whole file.
    Status wipe();
    Status checkpoint() { return connection_.checkpoint(); }
    int64_t wal_pages() const { return connection_.wal_pages(); }

private:
    SqliteLog(SqliteConnection connection, const SqliteOptions& options) : connection_(std::move(connection)), path_(options.path), cipher_(options.cipher) {}
    Status configure(const SqliteOptions& options);
    Status check_identity();
    Status create_tables();
    Status prepare_statements();
    Status read_meta();
    Status set_meta(std::string_view name, int64_t value);
    Status write(const std::function<Status()>& body, bool synced);
    Result<RowPtr> read_row(SqliteStatement& statement);
    Result<RowPtr> row(int64_t id);
    Status damaged(std::string_view what) const;

    SqliteConnection connection_;
    std::string path_;
    std::shared_ptr<const ValueCipher> cipher_;
    Meta meta_;
    int64_t compact_cursor_ = 0;      // rows up to this id have been looked at by compaction
    bool synced_mode_ = true;
    SqliteStatement insert_, set_meta_, select_row_, select_events_, select_compact_, delete_row_;
};

}  // namespace skiff::store
