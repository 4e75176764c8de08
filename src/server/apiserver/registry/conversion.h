// Conversion between the versions of a kind that share one storage prefix: autoscaling v1 and v2, core and events.k8s.io events.
// Objects are stored in one of them, the first in discovery order. Pure; any thread.
#pragma once

#include <string>

#include "api/kind.h"

namespace skiff::apiserver {

// The kind in whose version objects of kind are stored; kind itself for all others.
const api::KindInfo& storage_kind(const api::KindRegistry& kinds, const api::KindInfo& kind);

// The fields whose values the cache keeps for objects of the kind.
const std::vector<std::string>& indexed_fields(const api::KindRegistry& kinds, const api::KindInfo& kind);

// The object in the version of `to`. Fields that the older version lacks travel in the annotations that Kubernetes uses for them.
json::Value convert(json::Value object, const api::KindInfo& from, const api::KindInfo& to);

// Whether tables and metadata show objects of the kind as they are in another version, and that form: autoscaling/v1 is shown as v2 is.
bool is_shown_in_storage_version(const api::KindInfo& kind);
json::Value in_storage_version(json::Value object);

}  // namespace skiff::apiserver
