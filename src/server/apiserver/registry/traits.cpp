#include "server/apiserver/registry/traits.h"

#include <map>
#include <string>

namespace skiff::apiserver {
namespace {

const std::map<std::string, Traits, std::less<>>& table() {
    static const std::map<std::string, Traits, std::less<>> kTraits = {
        {"pods", {.answers_deleted = true, .graceful_delete = true}},
        {"services", {.answers_deleted = true, .create_on_update = true}},
        {"serviceaccounts", {.answers_deleted = true}},
        {"podtemplates", {.answers_deleted = true}},
        {"persistentvolumes", {.answers_deleted = true}},
        {"persistentvolumeclaims", {.answers_deleted = true}},
        {"namespaces", {.answers_deleted = true}},
        {"nodes", {.durability = store::Durability::Cheap}},
        {"resourcequotas", {.answers_deleted = true, .durability = store::Durability::Cheap}},
        {"storageclasses.storage.k8s.io", {.answers_deleted = true}},
        {"csidrivers.storage.k8s.io", {.answers_deleted = true, .unconditional_update = false}},
        {"csinodes.storage.k8s.io", {.answers_deleted = true, .unconditional_update = false}},
        {"volumeattachments.storage.k8s.io", {.answers_deleted = true, .unconditional_update = false}},
        {"volumeattributesclasses.storage.k8s.io", {.answers_deleted = true}},
        {"deviceclasses.resource.k8s.io", {.answers_deleted = true}},
        {"resourceclaims.resource.k8s.io", {.answers_deleted = true}},
        {"resourceclaimtemplates.resource.k8s.io", {.answers_deleted = true}},
        {"resourceslices.resource.k8s.io", {.answers_deleted = true}},
        {"replicationcontrollers", {.orphans_by_default = true}},
        {"jobs.batch", {.orphans_by_default = true}},
        {"endpoints", {.create_on_update = true}},
        {"events", {.create_on_update = true, .orphaning = false, .durability = store::Durability::Cheap}},
        {"events.events.k8s.io", {.create_on_update = true, .orphaning = false, .durability = store::Durability::Cheap}},
        {"limitranges", {.create_on_update = true}},
        {"leases.coordination.k8s.io", {.create_on_update = true, .unconditional_update = false, .durability = store::Durability::Cheap}},
        {"runtimeclasses.node.k8s.io", {.create_on_update = true, .unconditional_update = false}},
        {"roles.rbac.authorization.k8s.io", {.create_on_update = true}},
        {"rolebindings.rbac.authorization.k8s.io", {.create_on_update = true}},
        {"clusterroles.rbac.authorization.k8s.io", {.create_on_update = true}},
        {"clusterrolebindings.rbac.authorization.k8s.io", {.create_on_update = true}},
        {"poddisruptionbudgets.policy", {.unconditional_update = false}},
        {"customresourcedefinitions.apiextensions.k8s.io", {.unconditional_update = false, .instances_first = true}},
        {"apiservices.apiregistration.k8s.io", {.unconditional_update = false}},
        {"mutatingwebhookconfigurations.admissionregistration.k8s.io", {.unconditional_update = false}},
        {"validatingwebhookconfigurations.admissionregistration.k8s.io", {.unconditional_update = false}},
        {"validatingadmissionpolicies.admissionregistration.k8s.io", {.unconditional_update = false}},
        {"validatingadmissionpolicybindings.admissionregistration.k8s.io", {.unconditional_update = false}},
        {"mutatingadmissionpolicies.admissionregistration.k8s.io", {.unconditional_update = false}},
        {"mutatingadmissionpolicybindings.admissionregistration.k8s.io", {.unconditional_update = false}},
        {"csistoragecapacities.storage.k8s.io", {.unconditional_update = false}},
    };
    return kTraits;
}

}  // namespace

const Traits& traits_of(const api::KindInfo& kind) {
    static const Traits kDefault, kCustom{.unconditional_update = false};
    if (kind.custom) return kCustom;
    auto found = table().find(kind.gvr().group_resource());
    return found == table().end() ? kDefault : found->second;
}

namespace {

json::Value without_version(json::Value object) {
    json::Value& meta = object.mut("metadata");
    for (auto field : {"managedFields", "resourceVersion"}) meta.erase(field);
    return object;
}

// A quota without what is counted anew at every start.
json::Value without_used(const json::Value& quota) {
    json::Value out = without_version(quota);
    if (json::Value* status = out.find("status")) status->erase("used");
    return out;
}

// A node without the moment of its last report.
json::Value without_heartbeat(const json::Value& object) {
    json::Value node = without_version(object);
    if (json::Value* status = node.find("status"))
        if (json::Value* conditions = status->find("conditions"); conditions && conditions->is_array())
            for (json::Value& condition : conditions->mut_items()) condition.erase("lastHeartbeatTime");
    return node;
}

bool renews_only(const api::KindInfo& kind, const json::Value& object, const json::Value& old) {
    if (kind.gvk.kind == "ResourceQuota") return without_used(object) == without_used(old);
    if (kind.gvk.kind == "Node") return without_heartbeat(object) == without_heartbeat(old);
    for (auto field : {"holderIdentity", "acquireTime", "leaseTransitions", "leaseDurationSeconds", "strategy", "preferredHolder"})
        if (object["spec"][field] != old["spec"][field]) return false;
    return true;
}

}  // namespace

store::Durability durability_of(const api::KindInfo& kind, const json::Value& object, const json::Value* old) {
    const store::Durability usual = traits_of(kind).durability;
    if (usual == store::Durability::Synced || kind.gvk.kind == "Event") return usual;
    if (old == nullptr || object["metadata"]["deletionTimestamp"].is_string()) return store::Durability::Synced;
    return renews_only(kind, object, *old) ? usual : store::Durability::Synced;
}

}  // namespace skiff::apiserver
