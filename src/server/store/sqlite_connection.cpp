#include "server/store/sqlite_connection.h"

namespace skiff::store {

Status sqlite_status(sqlite3* handle, int code, std::string_view what) {
    if ((code & 0xff) == SQLITE_FULL)
        return error(Reason::ServiceUnavailable, "the datastore's disk is full: the write was refused, nothing is lost").with_retry_after(5);
    int system_error = handle ? sqlite3_system_errno(handle) : 0;
    return error(Reason::InternalError, "{}: {} (SQLite code {}, errno {})", what, handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code), code,
                 system_error);
}

SqliteStatement& SqliteStatement::bind(int index, int64_t value) {
    sqlite3_bind_int64(statement_.get(), index, value);
    return *this;
}

SqliteStatement& SqliteStatement::bind_text(int index, std::string_view text) {
    sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

SqliteStatement& SqliteStatement::bind_blob(int index, const std::string* bytes) {
    if (bytes) sqlite3_bind_blob64(statement_.get(), index, bytes->data(), bytes->size(), SQLITE_STATIC);
    else sqlite3_bind_null(statement_.get(), index);
    return *this;
}

Result<bool> SqliteStatement::step() {
    int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    Status status = code == SQLITE_DONE ? Status() : sqlite_status(sqlite3_db_handle(statement_.get()), code, sqlite3_sql(statement_.get()));
    sqlite3_reset(statement_.get());
    if (!status.ok()) return status;
    return false;
}

Status SqliteStatement::run() {
    while (TRY(step())) {
    }
    return {};
}

std::string_view SqliteStatement::text(int column) const {
    auto data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return {data ? data : "", static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string_view SqliteStatement::blob(int column) const {
    auto data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    return {data ? data : "", static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<SqliteConnection> SqliteConnection::open(const std::string& path) {
    SqliteConnection connection;
    connection.path_ = path;
    sqlite3* handle = nullptr;
    int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    connection.handle_.reset(handle);
    if (code != SQLITE_OK) return sqlite_status(handle, code, "open " + path);
    sqlite3_extended_result_codes(handle, 1);
    // After an I/O error nothing may touch the file again, closing included; a clean stop checkpoints explicitly.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    connection.wal_pages_ = std::make_unique<int64_t>(0);
    // Replaces SQLite's own automatic checkpoint (which is such a hook too).
    sqlite3_wal_hook(
        handle,
        [](void* pages, sqlite3*, const char*, int count) {
            *static_cast<int64_t*>(pages) = count;
            return SQLITE_OK;
        },
        connection.wal_pages_.get());
    return connection;
}

Status SqliteConnection::exec(const char* sql) {
    int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return sqlite_status(handle_.get(), code, sql);
    return {};
}

Result<SqliteStatement> SqliteConnection::prepare(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) return sqlite_status(handle_.get(), code, sql);
    SqliteStatement statement;
    statement.statement_.reset(raw);
    return statement;
}

Result<int64_t> SqliteConnection::query_integer(std::string_view sql) {
    auto statement = TRY(prepare(sql));
    if (!TRY(statement.step())) return int64_t{0};
    return statement.integer(0);
}

void SqliteConnection::rollback() {
    if (!sqlite3_get_autocommit(handle_.get())) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Status SqliteConnection::checkpoint() {
    int pages = 0, copied = 0;
    int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
    if (code != SQLITE_OK && code != SQLITE_BUSY) return sqlite_status(handle_.get(), code, "checkpoint of " + path_);
    if (pages == copied) *wal_pages_ = 0;   // the next write starts the WAL anew
    return {};
}

}  // namespace skiff::store
