// Which PersistentVolume suits a claim, and what binding writes. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/object.h"
#include "json/value.h"

namespace skiff::controllers {

inline constexpr const char* kBindCompleted = "pv.kubernetes.io/bind-completed";
inline constexpr const char* kBoundByController = "pv.kubernetes.io/bound-by-controller";
inline constexpr const char* kSelectedNode = "volume.kubernetes.io/selected-node";

std::string claim_class(const json::Value& claim);      // of a claim or a volume; "" none
// Volume's claimRef names this claim (with its uid or none yet).
bool reserved_for(const json::Value& volume, const json::Value& claim);
// Why the volume does not suit; "" when it does.
std::string mismatch(const json::Value& volume, const json::Value& claim);
// The smallest that suits, one that is reserved for the claim before all others. node: of the claim's selected node, or null.
// reserved_only: binding waits for the first consumer.
api::ObjectPtr best_volume(const std::vector<api::ObjectPtr>& volumes, const json::Value& claim, const api::Meta* node, bool reserved_only);

json::Value bound_volume(json::Value volume, const json::Value& claim);      // with claimRef
json::Value bound_claim(json::Value claim, const std::string& volume);        // with volumeName and annotations
// Capacity and class are the volume's at the moment of binding; later they belong to who resizes.
json::Value bound_claim_status(const json::Value& claim_status, const json::Value& volume);
json::Value unbound_claim_status(const json::Value& claim_status, std::string_view phase);      // Pending, Lost: nothing of a volume is left

}  // namespace skiff::controllers
