// Which objects the scopes of a ResourceQuota take in, for admission and for the controller that counts anew. Pure; any thread.
// Source: KEP-3731 (VolumeAttributesClass) and the API reference of ResourceQuotaSpec.scopes and scopeSelector.
#pragma once

#include "api/gvk.h"
#include "json/value.h"

namespace skiff::api::kinds {

// Without scopes every object, with them pods and claims only: all of the spec's scopes must hold.
bool quota_covers(const json::Value& quota_spec, const Gvr& gvr, const json::Value& object);
// One scope of a scopeSelector: {scopeName, operator, values}.
bool scope_takes(const json::Value& requirement, const Gvr& gvr, const json::Value& object);

}  // namespace skiff::api::kinds
