// What the garbage collector does with an object, from what it found about its owners and dependents. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/object.h"

namespace skiff::controllers {

inline constexpr const char* kForegroundFinalizer = "foregroundDeletion";
inline constexpr const char* kOrphanFinalizer = "orphan";

bool has_finalizer(const api::Meta& meta, std::string_view finalizer);
// Being deleted, and waits until its blocking dependents are gone.
inline bool deletes_dependents(const api::Meta& meta) { return meta.deleting() && has_finalizer(meta, kForegroundFinalizer); }
inline bool orphans_dependents(const api::Meta& meta) { return meta.deleting() && has_finalizer(meta, kOrphanFinalizer); }

enum class OwnerState { Solid, Absent, Waiting };      // Waiting: deletes its dependents in the foreground

struct GarbageVerdict {
    enum class Kind { Keep, DropReferences, Delete };
    Kind kind = Kind::Keep;
    std::vector<std::string> drop_uids;                 // DropReferences: owners that are absent or waiting, while another is solid
    std::string propagation;                             // Delete
    bool unblock = false;                                // before deleting: own references must stop blocking (a circle)
};
// states: one for each of the object's owners. dependents_deleting: one of its dependents is itself deleting its dependents.
GarbageVerdict judge_garbage(const api::Meta& object, const std::vector<OwnerState>& states, size_t dependents, bool dependents_deleting);

}  // namespace skiff::controllers
