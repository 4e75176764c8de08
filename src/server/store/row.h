// Row: an Entry as the SQLite log holds it. Every Entry of SqliteStore is one.
#pragma once

#include <memory>

#include "server/store/store.h"

namespace skiff::store {

// A log row's id is its revision and its place in the transaction: ids grow with revisions, and a revision is a range of ids.
constexpr int kWritesPerTransactionBits = 12;
constexpr size_t kWritesPerTransactionMax = size_t{1} << kWritesPerTransactionBits;
constexpr int64_t first_row_id(Revision revision) { return revision << kWritesPerTransactionBits; }
constexpr int64_t last_row_id(Revision revision) { return first_row_id(revision + 1) - 1; }
constexpr Revision revision_of_row(int64_t id) { return id >> kWritesPerTransactionBits; }

struct Row : Entry {
    int64_t id = 0;
    // Whether the log has the row. Cheap writes get there later, or never when a later one replaced them first. Writer thread only.
    mutable bool persisted = false;
};
using RowPtr = std::shared_ptr<const Row>;

inline const Row& row_of(const EntryPtr& entry) { return static_cast<const Row&>(*entry); }

// One write of a transaction after it was checked: what changes in memory, in the log and for watchers.
struct Change {
    Event event;
    Durability durability = Durability::Synced;
};

}  // namespace skiff::store
