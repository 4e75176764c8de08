#include "server/controllers/claim_owners.h"

#include <algorithm>

#include "server/controllers/owning.h"

namespace skiff::controllers {

namespace {

using api::OwnerReference;

bool names(const OwnerReference& reference, std::string_view api_version, std::string_view kind, const std::string& name) {
    return reference.api_version == api_version && reference.kind == kind && reference.name == name;
}

json::Value reference_tree(const OwnerReference& reference) {
    auto tree = json::Value::object({{"apiVersion", reference.api_version}, {"kind", reference.kind}, {"name", reference.name}, {"uid", reference.uid}});
    if (reference.controller) tree.set("controller", true);
    if (reference.block_owner_deletion) tree.set("blockOwnerDeletion", true);
    return tree;
}

}  // namespace

ClaimRetention read_retention(const json::Value& set) {
    const auto& policy = set["spec"]["persistentVolumeClaimRetentionPolicy"];
    return {policy["whenDeleted"].as_string() == "Delete", policy["whenScaled"].as_string() == "Delete"};
}

ClaimOwners claim_owners(const api::Meta& claim, const api::Object& set, const api::Meta& pod, ClaimRetention retention, bool condemned) {
    ClaimOwners result;
    const auto& owner = set.meta();
    auto is_set = [&](const OwnerReference& r) { return names(r, "apps/v1", "StatefulSet", owner.name); };
    auto is_pod = [&](const OwnerReference& r) { return names(r, "v1", "Pod", pod.name); };
    bool set_owns = false, pod_owns = false, weak = false;
    auto kept = json::Value::array();
    for (const auto& reference : claim.owners) {
        const bool ours = is_set(reference) || is_pod(reference);
        if ((is_set(reference) && reference.uid != owner.uid) || (is_pod(reference) && reference.uid != pod.uid)) return result;
        if (!ours) {
            result.conflict |= reference.controller;
            kept.push_back(reference_tree(reference));
            continue;
        }
        (is_set(reference) ? set_owns : pod_owns) = true;
        weak |= !reference.controller;
    }
    if (!retention.delete_with_set && !retention.delete_when_scaled) result.conflict = false;
    const bool to_pod = !result.conflict && retention.delete_when_scaled && condemned;
    const bool to_set = !result.conflict && retention.delete_with_set && !to_pod;
    if (set_owns == to_set && pod_owns == to_pod && !weak) return result;
    if (to_set) kept.push_back(controller_reference(set));
    if (to_pod)
        kept.push_back(json::Value::object({{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", pod.name}, {"uid", pod.uid}, {"controller", true}, {"blockOwnerDeletion", true}}));
    result.references = std::move(kept);
    return result;
}

bool claim_of_former_pod(const api::Meta& claim, const std::string& pod_name) {
    return std::any_of(claim.owners.begin(), claim.owners.end(), [&](const OwnerReference& r) { return names(r, "v1", "Pod", pod_name); });
}

}  // namespace skiff::controllers
