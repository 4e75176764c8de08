// FieldTracker: one step of bookkeeping between two states of an object; shared by updates and applies. Pure; any thread.
#pragma once

#include <string_view>

#include "api/apply.h"
#include "api/managed_fields.h"
#include "api/typed_value.h"

namespace skiff::api {

class FieldTracker {
public:
    FieldTracker(const KindInfo& kind, const FieldManager& manager);

    ManagedEntry identity(std::string_view name, bool applied) const;
    // What differs, without what this door does not let through.
    Comparison changes(const json::Value& before, const json::Value& after) const;
    // Others lose what changed; self is spared.
    void take_away(ManagedFields& managed, const Comparison& changes, const ManagedEntry* self) const;
    // The named manager owns what it changed or added.
    void update(ManagedFields& managed, const json::Value& before, const json::Value& after, std::string_view name) const;

    const ValueSchema& root() const { return root_; }

protected:
    const KindInfo& kind_;
    const FieldManager& manager_;
    ValueSchema root_;
};

// Nobody owns what identifies an object or what the system writes.
const FieldSet& untracked_fields();
// What a door does not let through: status for the object itself, spec and labels for its status.
const FieldSet& ignored_fields(const KindInfo& kind, std::string_view subresource);
// A new object as Go sees it before anything is set.
json::Value empty_object(const KindInfo& kind);
void set_managed_fields(json::Value& object, json::Value list);
// When nothing happened but a new time, the old times stay, so that nothing needs to be written.
void keep_times_of_unchanged(const json::Value& old, json::Value& object);

}  // namespace skiff::api
