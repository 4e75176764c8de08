// Who owns the claims of a StatefulSet's pod, by persistentVolumeClaimRetentionPolicy: the set where they go with it, the pod where they go
// with a scale down. References of others stay; claims that another controller owns, or a former set or pod of the name, are left alone. Pure.
#pragma once

#include <optional>
#include <string>

#include "api/object.h"
#include "json/value.h"

namespace skiff::controllers {

struct ClaimRetention {
    bool delete_with_set = false, delete_when_scaled = false;
};
ClaimRetention read_retention(const json::Value& set);

struct ClaimOwners {
    bool conflict = false;                     // another controller owns it
    std::optional<json::Value> references;     // to be written; nothing: as they should be
};
// condemned: the pod's ordinal is beyond the set's.
ClaimOwners claim_owners(const api::Meta& claim, const api::Object& set, const api::Meta& pod, ClaimRetention retention, bool condemned);
// The claim belongs to a former pod of the name and is about to go.
bool claim_of_former_pod(const api::Meta& claim, const std::string& pod_name);

}  // namespace skiff::controllers
