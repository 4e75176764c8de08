// LiveState: what is current, and the recent events that lead back from it. Answers every read of the present and of the recent past from
// memory. Values are shared with the events and with whoever reads them; no byte is held twice.
//
// Not locked: SqliteStore guards it with a shared mutex (many readers, the writer thread changes).
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/store.h"

namespace skiff::store {

struct KeyLess {
    using is_transparent = void;
    bool operator()(const EntryPtr& a, const EntryPtr& b) const { return a->key < b->key; }
    bool operator()(const EntryPtr& a, std::string_view b) const { return a->key < b; }
    bool operator()(std::string_view a, const EntryPtr& b) const { return a < b->key; }
};

// Keys that start with prefix and are >= from.
struct KeyRange {
    std::string_view prefix, from;
    std::string_view first() const { return from > prefix ? from : prefix; }
    bool contains(std::string_view key) const { return key.substr(0, prefix.size()) == prefix && key >= from; }
};

// What differs at an older revision: the entry that a key had then, null when it did not exist.
using Undo = std::map<std::string_view, EntryPtr>;

class LiveState {
public:
    static constexpr size_t kEventsMax = 4096;
    static constexpr size_t kEventBytesMax = 2 << 20;

    // Filling at start, in the order of the log.
    void load(EntryPtr entry);
    void unload(std::string_view key);
    void set_start(Revision revision);

    EntryPtr find(std::string_view key) const;
    // Entries of the range with undo applied; at most limit (0: all).
    std::vector<EntryPtr> range(const KeyRange& keys, size_t limit, const Undo& undo) const;
    // Adds to undo what the remembered events above revision replaced in the range. Older steps must be in undo already. The keys in undo
    // live as long as the events.
    void undo_events(Revision revision, const KeyRange& keys, Undo& undo) const;
    // Remembered events above revision.
    std::vector<Event> events_after(Revision revision) const;

    void apply(const Event& event);
    // Forgets events over the bounds, but only up to revision (those above it are nowhere else).
    void forget(Revision persisted);

    // Every event above this revision is in events().
    Revision events_start() const { return events_start_; }
    size_t size() const { return current_.size(); }
    // Keys and values of all that is current.
    size_t bytes() const { return bytes_; }

private:
    std::set<EntryPtr, KeyLess> current_;
    std::deque<Event> events_;
    size_t bytes_ = 0, event_bytes_ = 0;
    Revision events_start_ = 0;
};

}  // namespace skiff::store
