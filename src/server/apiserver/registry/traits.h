// Traits: how the generic operations treat a resource, where kinds differ by more than their schema (the strategies of Kubernetes'
// pkg/registry). Pure; any thread.
#pragma once

#include "api/kind.h"
#include "server/store/store.h"

namespace skiff::apiserver {

struct Traits {
    bool answers_deleted = false;         // DELETE answers the object, not a Status
    bool create_on_update = false;        // PUT of a missing object creates it
    bool unconditional_update = true;     // PUT without resourceVersion is allowed
    bool graceful_delete = false;         // pods: a grace period before the object goes
    bool instances_first = false;         // a definition goes after its instances: deleting marks it
    bool orphaning = true;                // propagationPolicy is honoured (not for events)
    bool orphans_by_default = false;      // a DELETE that says nothing of dependents keeps them
    store::Durability durability = store::Durability::Synced;
};

const Traits& traits_of(const api::KindInfo& kind);

// How a write of the object over the old one (null: none) reaches the disk. Of a lease only the renewal is cheap, of a node only its heartbeat: who
// holds a lease is a promise to its holder, which must not be taken back by a crash.
store::Durability durability_of(const api::KindInfo& kind, const json::Value& object, const json::Value* old);

}  // namespace skiff::apiserver
