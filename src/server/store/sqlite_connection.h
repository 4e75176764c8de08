// The SQLite C API with owners: a connection, prepared statements, and result codes as Status. One thread at a time (the caller locks).
// Errors: ServiceUnavailable when the disk is full (the transaction is rolled back and may be tried again); InternalError for everything
// else, after which the file's state is not known and nothing may be written any more.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::store {

class SqliteStatement {
public:
    // Rewinds and clears nothing: bind every parameter each time. Indexes from 1.
    SqliteStatement& bind(int index, int64_t value);
    SqliteStatement& bind_text(int index, std::string_view text);          // text must live until the step
    SqliteStatement& bind_blob(int index, const std::string* bytes);       // null binds NULL
    // True: a row is there. A statement that is done or failed is reset.
    Result<bool> step();
    Status run();                                                           // steps to the end

    int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
    std::string_view text(int column) const;
    std::string_view blob(int column) const;
    bool is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
    void reset() { sqlite3_reset(statement_.get()); }

private:
    friend class SqliteConnection;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class SqliteConnection {
public:
    // Opens or creates the file.
    static Result<SqliteConnection> open(const std::string& path);

    Status exec(const char* sql);
    Result<SqliteStatement> prepare(std::string_view sql);
    // The first column of the first row; 0 without rows.
    Result<int64_t> query_integer(std::string_view sql);
    // In a transaction that something failed in: makes sure that it is over.
    void rollback();
    // Copies the whole WAL into the file. Passive: never waits.
    Status checkpoint();
    int64_t wal_pages() const { return *wal_pages_; }
    sqlite3* handle() const { return handle_.get(); }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
    std::unique_ptr<int64_t> wal_pages_;   // written by the WAL hook
    std::string path_;
};

// Status of a result code; the connection tells the details.
Status sqlite_status(sqlite3* handle, int code, std::string_view what);

}  // namespace skiff::store
