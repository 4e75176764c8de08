// store::Store: keys, revisions and bytes; no kinds. One log of revisions.
//
// A write is one transaction with a new revision. Revisions start at 1, grow by one per committed transaction, are allocated inside it,
// and are never reused: after a crash they go on higher than any that was handed out. A commit is acknowledged only when it is durable (Durability::Synced) and only then
// published; events reach every watcher in the order of revisions. Watch history is the log; below the compact revision it is gone.
// All methods: any thread. Callbacks: the store's writer thread, so they must be short and must not call back into the store
// synchronously (except current_revision()).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace skiff::metrics {
class Registry;
}

namespace skiff::store {

using Revision = int64_t;
using Bytes = std::shared_ptr<const std::string>;

// One key at one revision. Immutable.
struct Entry {
    std::string key;
    Bytes value;
    Revision create_revision = 0;
    Revision mod_revision = 0;
};
using EntryPtr = std::shared_ptr<const Entry>;

struct Event {
    enum class Type { Put, Delete };
    Type type;
    EntryPtr entry;      // Put: the new entry. Delete: key, mod_revision of the deletion, and as value the last bytes (stamped, see Write)
    EntryPtr previous;   // null on creation
};

// Cheap writes are published at once but may be lost in a power cut: leases, events (design.md, "Store seam").
enum class Durability { Synced, Cheap };

struct Write {
    std::string key;
    // What must be true of the key, else the transaction fails with Conflict and nothing happens:
    // 0 the key must not exist (AlreadyExists); > 0 its mod_revision; kAny anything. Deleting what is not there is NotFound.
    static constexpr Revision kAny = -1;
    Revision expected = kAny;

    enum class Kind { Put, Delete };
    Kind kind = Kind::Put;
    // Put: the new bytes. Delete: the bytes that the Delete event carries (may be empty: then the last value).
    std::string value;
    // The store inserts the decimal revision of this transaction into value at this offset (resourceVersion); npos: nowhere.
    static constexpr size_t npos = static_cast<size_t>(-1);
    size_t stamp_at = npos;
    Durability durability = Durability::Synced;
};

struct Committed {
    Revision revision;
    std::vector<EntryPtr> entries;   // one per write; for a Delete the entry of its event
};

struct Listing {
    std::vector<EntryPtr> entries;   // in key order
    Revision revision;               // that the listing shows
};

class Watcher {
public:
    virtual ~Watcher() = default;
    // Events of one transaction, in order.
    virtual void on_events(const std::vector<Event>& events) = 0;
};

class Store {
public:
    virtual ~Store() = default;

    // at 0: now. Expired below the compact revision, Timeout with cause ResourceVersionTooLarge above the current one. NotFound when absent.
    virtual Result<EntryPtr> get(std::string_view key, Revision at = 0) = 0;
    // Keys that start with prefix and are >= from, at most limit (0: all).
    virtual Result<Listing> list(std::string_view prefix, std::string_view from = {}, size_t limit = 0, Revision at = 0) = 0;

    // All writes or none. done is called once, on the writer thread, after the commit is durable and before the events are published.
    // Conflict, AlreadyExists, NotFound as in Write. BadRequest: the same key twice, or more than 4096 writes. ServiceUnavailable (disk full)
    // and TooManyRequests (queue full) may be tried again. InternalError: the disk failed, and the store takes no more writes.
    virtual void commit(std::vector<Write> writes, std::function<void(Result<Committed>)> done) = 0;
    // The same, blocking.
    Result<Committed> commit(std::vector<Write> writes);
    Result<Committed> commit(Write write);

    // From now on every event of a revision > after reaches the watcher: first history, then live, no gap, no repeat.
    // Expired when after is below the compact revision. Ends when the returned handle is destroyed (which waits for a running callback
    // on another thread).
    class WatchHandle {
    public:
        virtual ~WatchHandle() = default;
    };
    virtual Result<std::unique_ptr<WatchHandle>> watch(std::string_view prefix, Revision after, std::shared_ptr<Watcher> watcher) = 0;

    virtual Revision current_revision() const = 0;
    virtual Revision compact_revision() const = 0;
    // Drops history below revision, in small steps behind other writes.
    virtual Status compact(Revision revision) = 0;
    // Brings every row of the file into the form that the cipher gives today, history included, in small steps behind other writes, and
    // wipes what is left of the old form; this last step holds writes up while the file is copied. done is called once, on the writer
    // thread, with the number of rows; Conflict: one is under way, or the store closed first.
    virtual void reseal(std::function<void(Result<size_t>)> done) { done(size_t{0}); }
};

class ValueCipher;

struct SqliteOptions {
    std::string path;                              // /var/lib/skiff/server/db/state.db; the folder is made 0700
    size_t history_events_max = 10'000;            // auto compaction keeps at least this many events
    int64_t history_ms_min = 300'000;              // and at least this long (Kubernetes compacts every 5 minutes),
    size_t history_bytes_max = 12 << 20;           // but at most about so much, or a sixteenth of what is live: a busy writer fills no disk
    size_t cache_bytes = 2 << 20;                  // SQLite's page cache; reads of the present never touch it
    int64_t cheap_flush_ms = 120'000;              // Cheap writes reach the disk at the latest after this
    // Written once after an unclean stop, so that revisions go on above all that may have been handed out before.
    std::string restart_key = "/registry/.restart";
    Clock* clock = &Clock::system();
    metrics::Registry* metrics = nullptr;          // null: none
    std::shared_ptr<const ValueCipher> cipher;     // of the file's values (value_cipher.h); null: none
};
// Errors name the path and say what is wrong with the file: damaged, foreign, newer, in use.
Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options);
// The reference implementation for tests and simulations.
std::unique_ptr<Store> open_memory();

}  // namespace skiff::store
