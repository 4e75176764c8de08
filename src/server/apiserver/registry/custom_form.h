// Objects of custom resources between the form they are stored in and the form a request shows: the stored version's current schema prunes
// and defaults what was written under an older one, then the definition's conversion gives the wanted version. Built-in kinds and objects
// that are in form already pass untouched. May call a conversion webhook: then pool threads only (see converts_by_webhook()).
#pragma once

#include <vector>

#include "server/apiserver/core.h"
#include "server/apiserver/registry/item.h"

namespace skiff::apiserver {

Result<ItemPtr> presented(Core& core, const api::KindInfo& kind, ItemPtr item);
Result<std::vector<ItemPtr>> presented(Core& core, const api::KindInfo& kind, std::vector<ItemPtr> items);
Result<api::ObjectPtr> presented(Core& core, const api::KindInfo& kind, const api::ObjectPtr& object);

// An object of a request in the storage version.
Result<json::Value> custom_to_storage(Core& core, const api::KindInfo& kind, json::Value object);

// The same between any two versions, for webhooks that ask for another one.
Result<json::Value> custom_in_version(Core& core, const api::KindInfo& kind, json::Value object);

// An object of a request in another version of its kind, built-in or custom.
Result<json::Value> in_version(Core& core, const api::KindInfo& from, const api::KindInfo& as, const json::Value& object);

// Whether showing objects of the kind may call out.
bool converts_by_webhook(const api::KindInfo& kind);

}  // namespace skiff::apiserver
