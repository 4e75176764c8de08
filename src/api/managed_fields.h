// metadata.managedFields as values: who owns which fields of one object. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/field_set.h"

namespace skiff::api {

struct ManagedEntry {
    std::string manager, subresource, api_version;
    bool applied = false;        // operation Apply; otherwise Update
    std::string time;            // RFC 3339; "" when the manager never changed the object
    FieldSet fields;

    // Applies of one manager are one entry whatever their version; updates are one for each version.
    bool same_manager(const ManagedEntry& other) const;
    // "m2" with subresource "scale" using apps/v1 at 2024-...; what conflicts call it.
    std::string shown_name() const;
};

class ManagedFields {
public:
    // BadRequest on an entry that is malformed.
    static Result<ManagedFields> from_json(const json::Value& list);
    // Sorted: applies before updates, then by time, name, version, subresource.
    json::Value to_json() const;

    bool empty() const { return entries_.empty(); }
    std::vector<ManagedEntry>& entries() { return entries_; }
    const std::vector<ManagedEntry>& entries() const { return entries_; }
    ManagedEntry* find(const ManagedEntry& identity);
    void drop_empty();
    // At most this many updaters stay apart; the oldest become "ancient-changes".
    void cap_updaters(size_t count_max);

private:
    std::vector<ManagedEntry> entries_;
};

// [] or [{}] in a request asks to forget all managers.
bool asks_to_reset(const json::Object& metadata);

}  // namespace skiff::api
