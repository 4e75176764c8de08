// Server-side apply and the bookkeeping of metadata.managedFields, by the rules of sigs.k8s.io/structured-merge-diff. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "api/kind.h"
#include "base/clock.h"

namespace skiff::api {

// Who writes, and through which door.
struct FieldManager {
    std::string name;             // "kubectl"; "" for updates: callers pass the user agent's first word
    std::string subresource;      // "" or "status", "scale"
    WallTime now;
};

// managedFields after a create, update or patch: fields that changed belong to the manager (operation Update) and leave the others that
// applied them with another value. old null on create. live is changed in place: only metadata.managedFields. An object whose
// managedFields are [{}]... or [] in the request asks to forget them; managedFields that cannot be read keep the old ones.
// When nothing but managedFields' times would change they stay as they were.
void track_update(const KindRegistry& kinds, const KindInfo& kind, const json::Value* old, json::Value& live, const FieldManager& manager);

// The object after applying configuration: merged, defaults not set. live null: it does not exist yet.
// Conflict with causes FieldManagerConflict unless force. BadRequest/Invalid for configurations that the schema refuses
// (`failed to create typed patch object (ns/name; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema`).
struct ApplyOptions {
    bool force = false;
};
Result<json::Value> apply_configuration(const KindRegistry& kinds, const KindInfo& kind, const json::Value* live,
                                        const json::Value& configuration, const FieldManager& manager, const ApplyOptions& options = {});

// True when two objects differ in nothing but managedFields' times and resourceVersion: then a write is not needed.
bool equal_but_bookkeeping(const json::Value& a, const json::Value& b);

}  // namespace skiff::api
