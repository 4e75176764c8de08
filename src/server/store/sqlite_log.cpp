#include "server/store/sqlite_log.h"

#include "base/file.h"
#include "server/store/row_checksum.h"

namespace skiff::store {

namespace {

constexpr int64_t kApplicationId = 0x736b6966;   // "skif"
constexpr int64_t kFormatVersion = 1;
constexpr int64_t kQuickCheckBytesMax = 256 << 20;   // beyond, start-up time wins; rows carry their own checksums
constexpr int64_t kFreePagesKept = 256, kFreePartKept = 16;   // given out again soon anyway

constexpr std::string_view kColumns = "id, key, kind, create_revision, prev_id, sum, value";
enum Column { kId, kKey, kKind, kCreateRevision, kPrevId, kSum, kValue };

}  // namespace

Status SqliteLog::damaged(std::string_view what) const {
    return error(Reason::InternalError, "the datastore {} is damaged: {}. Restore it from a backup; do not delete the -wal file beside it", path_, what);
}

Result<std::unique_ptr<SqliteLog>> SqliteLog::open(const SqliteOptions& options) {
    size_t slash = options.path.rfind('/');
    if (slash != std::string::npos && slash > 0) TRY(file::make_dirs(options.path.substr(0, slash), 0700));
    auto connection = TRY(SqliteConnection::open(options.path));
    std::unique_ptr<SqliteLog> log(new SqliteLog(std::move(connection), options));
    TRY(log->configure(options));
    TRY(log->check_identity());
    TRY(log->prepare_statements());
    TRY(log->read_meta());
    return log;
}

Status SqliteLog::configure(const SqliteOptions& options) {
    // EXCLUSIVE: one process, one connection, no shared-memory file; two servers on one file cannot happen.
    Status status = connection_.exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                                     "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;");
    if (status.ok()) status = connection_.exec(fmt::format("PRAGMA cache_size=-{}", options.cache_bytes / 1024).c_str());
    auto tables = connection_.query_integer("SELECT count(*) FROM sqlite_master");   // the first look into the file
    if (status.ok() && !tables.ok()) status = tables.status();
    if (!status.ok()) {
        int code = sqlite3_errcode(connection_.handle());
        if (code == SQLITE_BUSY) return error(Reason::InternalError, "the datastore {} is in use by another process", path_);
        if (code == SQLITE_NOTADB) return error(Reason::InternalError, "{} is not a datastore of skiff: it is no SQLite file, or its first page is damaged", path_);
        return damaged(status.message());
    }
    if (*tables > 0) {
        auto id = TRY(connection_.query_integer("PRAGMA application_id"));
        if (id != kApplicationId) return error(Reason::InternalError, "{} is not a datastore of skiff: it is another program's SQLite file", path_);
    }
    status = connection_.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=4194304");
    if (!status.ok() && (sqlite3_errcode(connection_.handle()) & 0xff) == SQLITE_BUSY)
        return error(Reason::InternalError, "the datastore {} is in use by another process", path_);
    return status;
}

Status SqliteLog::check_identity() {
    if (TRY(connection_.query_integer("SELECT count(*) FROM sqlite_master")) == 0) return create_tables();
    auto version = TRY(connection_.query_integer("PRAGMA user_version"));
    if (version != kFormatVersion)
        return error(Reason::InternalError, "the datastore {} has format version {}; this program knows {}", path_, version, kFormatVersion);
    auto bytes = TRY(connection_.query_integer("PRAGMA page_count")) * TRY(connection_.query_integer("PRAGMA page_size"));
    if (bytes > kQuickCheckBytesMax) return {};
    auto check = TRY(connection_.prepare("PRAGMA quick_check(1)"));
    auto row = check.step();
    if (!row.ok()) return damaged(row.status().message());
    if (*row && check.text(0) != "ok") return damaged(check.text(0));
    return {};
}

Status SqliteLog::create_tables() {
    TRY(connection_.exec(fmt::format("BEGIN IMMEDIATE; PRAGMA application_id={}; PRAGMA user_version={};"
                                     "CREATE TABLE log(id INTEGER PRIMARY KEY, key TEXT NOT NULL, kind INTEGER NOT NULL, create_revision INTEGER NOT NULL,"
                                     " prev_id INTEGER NOT NULL, sum INTEGER NOT NULL, value BLOB);"
                                     "CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
                                     "INSERT INTO meta VALUES('clean', 1); COMMIT",
                                     kApplicationId, kFormatVersion)
                             .c_str()));
    return connection_.checkpoint();
}

Status SqliteLog::prepare_statements() {
    insert_ = TRY(connection_.prepare(fmt::format("INSERT INTO log({}) VALUES(?,?,?,?,?,?,?)", kColumns)));
    set_meta_ = TRY(connection_.prepare("INSERT OR REPLACE INTO meta VALUES(?,?)"));
    select_row_ = TRY(connection_.prepare(fmt::format("SELECT {} FROM log WHERE id=?", kColumns)));
    select_events_ = TRY(connection_.prepare(fmt::format("SELECT {} FROM log WHERE id>? AND id<=? ORDER BY id", kColumns)));
    select_compact_ = TRY(connection_.prepare("SELECT id, kind, prev_id FROM log WHERE id>? AND id<=? ORDER BY id LIMIT ?"));
    delete_row_ = TRY(connection_.prepare("DELETE FROM log WHERE id=?"));
    return {};
}

Status SqliteLog::read_meta() {
    auto statement = TRY(connection_.prepare("SELECT name, value FROM meta"));
    while (TRY(statement.step())) {
        std::string_view name = statement.text(0);
        int64_t value = statement.integer(1);
        if (name == "compact_revision") meta_.compact_revision = value;
        else if (name == "compact_cursor") compact_cursor_ = value;
        else if (name == "reserved") meta_.reserved = value;
        else if (name == "clean") meta_.clean = value != 0;
    }
    meta_.last = revision_of_row(TRY(connection_.query_integer("SELECT max(id) FROM log")));
    if (meta_.clean) meta_.last = std::max(meta_.last, meta_.reserved);
    return {};
}

Status SqliteLog::set_meta(std::string_view name, int64_t value) { return set_meta_.bind_text(1, name).bind(2, value).run(); }

Status SqliteLog::write(const std::function<Status()>& body, bool synced) {
    if (synced != synced_mode_) {
        TRY(connection_.exec(synced ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
        synced_mode_ = synced;
    }
    Status status = connection_.exec("BEGIN IMMEDIATE");
    if (status.ok()) status = body();
    if (status.ok()) status = connection_.exec("COMMIT");
    if (!status.ok()) connection_.rollback();
    return status;
}

Result<RowPtr> SqliteLog::read_row(SqliteStatement& statement) {
    auto row = std::make_shared<Row>();
    row->id = statement.integer(kId);
    row->key = statement.text(kKey);
    row->create_revision = statement.integer(kCreateRevision);
    row->mod_revision = revision_of_row(row->id);
    row->persisted = true;
    bool has_value = !statement.is_null(kValue);
    std::string_view value = has_value ? statement.blob(kValue) : std::string_view();
    if (row_checksum(row->id, row->key, statement.integer(kKind), row->create_revision, statement.integer(kPrevId), has_value ? &value : nullptr) !=
        statement.integer(kSum)) {
        statement.reset();
        return damaged(fmt::format("checksum of row {} ({}) does not match", row->id, row->key));
    }
    if (has_value && cipher_ && cipher_->covers(row->key)) {
        auto plain = cipher_->open(row->key, row->id, value);
        if (!plain.ok()) {
            statement.reset();
            return error(Reason::InternalError, "the datastore {}: row {} ({}) {}", path_, row->id, row->key, plain.status().message());
        }
        row->value = std::make_shared<const std::string>(std::move(plain).value());
    } else if (has_value) {
        row->value = std::make_shared<const std::string>(value);
    }
    return RowPtr(std::move(row));
}

Result<RowPtr> SqliteLog::row(int64_t id) {
    if (!TRY(select_row_.bind(1, id).step())) return damaged(fmt::format("row {} is missing", id));
    auto row = read_row(select_row_);
    select_row_.reset();
    return row;
}

Status SqliteLog::load(const std::function<void(RowPtr)>& put, const std::function<void(std::string_view)>& drop) {
    auto statement = TRY(connection_.prepare(fmt::format("SELECT {} FROM log ORDER BY id", kColumns)));
    for (;;) {
        auto more = statement.step();
        if (!more.ok()) return damaged(more.status().message());
        if (!*more) return {};
        bool deleted = statement.integer(kKind) != 0;
        auto row = TRY(read_row(statement));
        if (deleted) {
            drop(row->key);
        } else if (!row->value) {
            return damaged(fmt::format("row {} ({}) has no value", row->id, row->key));
        } else {
            put(std::move(row));
        }
    }
}

Status SqliteLog::append(const Append& append) {
    Status status = write(
        [&]() -> Status {
            for (size_t i = 0; i < append.changes.size(); ++i) {
                const Event& event = append.changes[i]->event;
                const Row& row = row_of(event.entry);
                int64_t kind = event.type == Event::Type::Delete;
                // A deletion that carries the last value does not store it twice.
                bool repeated = kind && event.previous && event.previous->value == row.value && append.previous_ids[i] == row_of(event.previous).id;
                std::string sealed;
                const std::string* stored = repeated ? nullptr : row.value.get();
                if (stored && cipher_ && cipher_->covers(row.key)) {
                    sealed = TRY(cipher_->seal(row.key, row.id, *stored));
                    stored = &sealed;
                }
                std::string_view value = stored ? std::string_view(*stored) : std::string_view();
                int64_t sum = row_checksum(row.id, row.key, kind, row.create_revision, append.previous_ids[i], stored ? &value : nullptr);
                TRY(insert_.bind(1, row.id)
                        .bind_text(2, row.key)
                        .bind(3, kind)
                        .bind(4, row.create_revision)
                        .bind(5, append.previous_ids[i])
                        .bind(6, sum)
                        .bind_blob(7, stored)
                        .run());
            }
            if (append.reserve > meta_.reserved || meta_.clean) {
                TRY(set_meta("reserved", append.reserve));
                if (meta_.clean) TRY(set_meta("clean", 0));
            }
            return {};
        },
        true);
    if (!status.ok()) return status;
    meta_.reserved = std::max(meta_.reserved, append.reserve);
    meta_.clean = false;
    return {};
}

Status SqliteLog::close_clean(Revision last) {
    TRY(write(
        [&]() -> Status {
            TRY(set_meta("reserved", last));
            return set_meta("clean", 1);
        },
        true));
    meta_.clean = true;
    return connection_.checkpoint();
}

Result<SqliteLog::History> SqliteLog::events(Revision after, Revision through, std::string_view prefix, size_t rows_max) {
    std::vector<Event> events;
    Revision complete = through;
    std::vector<int64_t> previous_ids;
    select_events_.reset();
    select_events_.bind(1, last_row_id(after)).bind(2, last_row_id(through));
    Revision last = 0;
    for (size_t rows = 0; TRY(select_events_.step()); ++rows) {
        Revision revision = revision_of_row(select_events_.integer(kId));
        if (rows >= rows_max && revision != last) {
            select_events_.reset();
            complete = last;
            break;
        }
        last = revision;
        if (select_events_.text(kKey).substr(0, prefix.size()) != prefix) continue;
        bool deleted = select_events_.integer(kKind) != 0;
        previous_ids.push_back(select_events_.integer(kPrevId));
        events.push_back({deleted ? Event::Type::Delete : Event::Type::Put, TRY(read_row(select_events_)), nullptr});
    }
    for (size_t i = 0; i < events.size(); ++i) {
        if (previous_ids[i] == 0) continue;
        events[i].previous = TRY(row(previous_ids[i]));
        if (events[i].entry->value) continue;
        auto shared = std::make_shared<Row>(row_of(events[i].entry));   // a deletion that carries the last value
        shared->value = events[i].previous->value;
        events[i].entry = std::move(shared);
    }
    return History{std::move(events), complete};
}

Status SqliteLog::compact_start(Revision target) {
    TRY(write([&] { return set_meta("compact_revision", target); }, false));
    meta_.compact_revision = target;
    return {};
}

Result<bool> SqliteLog::compact_step(size_t rows_max) {
    struct Seen {
        int64_t id, kind, prev_id;
    };
    std::vector<Seen> seen;
    select_compact_.bind(1, compact_cursor_).bind(2, last_row_id(meta_.compact_revision)).bind(3, static_cast<int64_t>(rows_max));
    while (TRY(select_compact_.step()))
        seen.push_back({select_compact_.integer(0), select_compact_.integer(1), select_compact_.integer(2)});
    if (seen.empty()) return false;
    TRY(write(
        [&]() -> Status {
            for (const auto& row : seen) {
                // What this row replaced is below the compact revision and seen by nobody; a deletion itself neither.
                if (row.prev_id != 0) TRY(delete_row_.bind(1, row.prev_id).run());
                if (row.kind != 0) TRY(delete_row_.bind(1, row.id).run());
            }
            return set_meta("compact_cursor", seen.back().id);
        },
        false));
    compact_cursor_ = seen.back().id;
    return seen.size() == rows_max;
}

Result<bool> SqliteLog::vacuum_step(size_t pages_max) {
    auto unused = TRY(connection_.query_integer("PRAGMA freelist_count"));
    auto pages = TRY(connection_.query_integer("PRAGMA page_count"));
    if (unused <= kFreePagesKept + pages / kFreePartKept) return false;
    TRY(write([&] { return connection_.exec(fmt::format("PRAGMA incremental_vacuum({})", pages_max).c_str()); }, false));
    return true;
}

}  // namespace skiff::store
