// Rewriting rows in another form of the cipher, and wiping what is left of the old one.
#include "server/store/sqlite_log.h"
#include "server/store/row_checksum.h"

namespace skiff::store {

Result<bool> SqliteLog::reseal_step(int64_t& cursor, size_t rows_max, size_t& rewritten) {
    struct Old {
        int64_t id, kind, create_revision, prev_id;
        std::string key, value;
    };
    std::vector<Old> found;
    size_t rows = 0;
    auto select = TRY(connection_.prepare("SELECT id, key, kind, create_revision, prev_id, value FROM log WHERE id>? ORDER BY id LIMIT ?"));
    select.bind(1, cursor).bind(2, static_cast<int64_t>(rows_max));
    for (; TRY(select.step()); ++rows) {
        cursor = select.integer(0);
        if (!cipher_ || !cipher_->covers(select.text(1)) || select.is_null(5) || cipher_->current(select.blob(5))) continue;
        found.push_back({select.integer(0), select.integer(2), select.integer(3), select.integer(4), std::string(select.text(1)), std::string(select.blob(5))});
    }
    if (!found.empty()) {
        auto update = TRY(connection_.prepare("UPDATE log SET sum=?, value=? WHERE id=?"));
        TRY(write(
            [&]() -> Status {
                for (const Old& row : found) {
                    const auto plain = TRY(cipher_->open(row.key, row.id, row.value));
                    const auto sealed = TRY(cipher_->seal(row.key, row.id, plain));
                    const std::string_view bytes = sealed;
                    TRY(update.bind(1, row_checksum(row.id, row.key, row.kind, row.create_revision, row.prev_id, &bytes)).bind_blob(2, &sealed).bind(3, row.id).run());
                }
                return {};
            },
            false));
        rewritten += found.size();
    }
    return rows == rows_max;
}

Status SqliteLog::wipe() {
    // VACUUM copies what is live into a new file and back through the WAL: no free page and no gap in a page keeps old bytes. Its copy lies
    // in a temporary file, not in memory; what it holds is already in the new form.
    Status status = connection_.exec("PRAGMA temp_store=FILE; VACUUM");
    if (!status.ok() && (sqlite3_errcode(connection_.handle()) & 0xff) == SQLITE_CANTOPEN) status = error(Reason::ServiceUnavailable, "no temporary file: {}", status.message());
    TRY(connection_.exec("PRAGMA temp_store=MEMORY"));
    TRY(status);
    return connection_.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace skiff::store
