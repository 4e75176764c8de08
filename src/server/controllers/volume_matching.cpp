#include "server/controllers/volume_matching.h"

#include <algorithm>

#include "api/quantity.h"
#include "server/controllers/node_matching.h"
#include "server/controllers/selecting.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

namespace {

api::Quantity capacity_of(const json::Value& volume) { return api::Quantity::parse_or_zero(volume["spec"]["capacity"]["storage"].as_string()); }

bool has_modes(const json::Value& volume, const json::Value& claim) {
    const auto& have = volume["spec"]["accessModes"].items();
    const auto& wanted = claim["spec"]["accessModes"].items();
    return std::all_of(wanted.begin(), wanted.end(), [&](const json::Value& mode) { return std::find(have.begin(), have.end(), mode) != have.end(); });
}

bool fits_node(const json::Value& volume, const api::Meta* node) {
    const auto& required = volume["spec"]["nodeAffinity"]["required"];
    if (required.is_null()) return true;
    if (!node) return true;
    auto affinity = json::Value::object({{"requiredDuringSchedulingIgnoredDuringExecution", required}});
    auto spec = json::Value::object({{"affinity", json::Value::object({{"nodeAffinity", affinity}})}});
    return node_selected(spec, *node);
}

}  // namespace

std::string claim_class(const json::Value& object) {
    const auto& old = object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].as_string();
    return old.empty() ? object["spec"]["storageClassName"].as_string() : old;
}

bool reserved_for(const json::Value& volume, const json::Value& claim) {
    const auto& reference = volume["spec"]["claimRef"];
    if (!reference.is_object()) return false;
    const auto& meta = claim["metadata"];
    const auto& uid = reference["uid"].as_string();
    return reference["name"] == meta["name"] && reference["namespace"] == meta["namespace"] && (uid.empty() || uid == meta["uid"].as_string());
}

std::string mismatch(const json::Value& volume, const json::Value& claim) {
    auto wanted = api::Quantity::parse_or_zero(claim["spec"]["resources"]["requests"]["storage"].as_string());
    if (capacity_of(volume) < wanted) return "requested PV is too small";
    if (claim_class(volume) != claim_class(claim)) return "storageClassName does not match";
    if (volume["spec"]["volumeMode"].as_string("Filesystem") != claim["spec"]["volumeMode"].as_string("Filesystem")) return "incompatible volumeMode";
    if (!has_modes(volume, claim)) return "incompatible accessMode";
    if (volume["spec"]["volumeAttributesClassName"].as_string() != claim["spec"]["volumeAttributesClassName"].as_string()) return "volumeAttributesClassName does not match";
    return {};
}

api::ObjectPtr best_volume(const std::vector<api::ObjectPtr>& volumes, const json::Value& claim, const api::Meta* node, bool reserved_only) {
    auto selector = read_selector(claim["spec"]["selector"].is_null() ? json::Value::object() : claim["spec"]["selector"]);
    api::ObjectPtr best;
    api::Quantity best_size;
    for (const auto& object : volumes) {
        auto volume = object->tree();
        if (object->meta().deleting() || !mismatch(*volume, claim).empty() || !fits_node(*volume, node)) continue;
        if (reserved_for(*volume, claim)) return object;
        if (reserved_only || !(*volume)["spec"]["claimRef"].is_null() || !selector.matches(object->meta().labels)) continue;
        auto size = capacity_of(*volume);
        if (!best || size < best_size) {
            best = object;
            best_size = size;
        }
    }
    return best;
}

json::Value bound_volume(json::Value volume, const json::Value& claim) {
    if (volume["spec"]["claimRef"].is_null()) volume.mut("metadata").mut("annotations").set(kBoundByController, "yes");
    const auto& meta = claim["metadata"];
    volume.mut("spec").set("claimRef", json::Value::object({{"kind", "PersistentVolumeClaim"},
                                                            {"namespace", meta["namespace"]},
                                                            {"name", meta["name"]},
                                                            {"uid", meta["uid"]},
                                                            {"apiVersion", "v1"},
                                                            {"resourceVersion", meta["resourceVersion"]}}));
    return volume;
}

json::Value bound_claim(json::Value claim, const std::string& volume) {
    if (claim["spec"]["volumeName"].as_string() != volume) {
        claim.mut("spec").set("volumeName", volume);
        claim.mut("metadata").mut("annotations").set(kBoundByController, "yes");
    }
    claim.mut("metadata").mut("annotations").set(kBindCompleted, "yes");
    return claim;
}

json::Value bound_claim_status(const json::Value& before, const json::Value& volume) {
    json::Value status = before.is_object() ? before : json::Value::object();
    const json::Value& spec = volume["spec"];
    if (before["phase"].as_string() != "Bound") {
        status.set("capacity", spec["capacity"]);
        set_or_omit(status, "currentVolumeAttributesClassName", spec["volumeAttributesClassName"].as_string());
    }
    status.set("phase", "Bound");
    status.set("accessModes", spec["accessModes"]);
    return status;
}

json::Value unbound_claim_status(const json::Value& before, std::string_view phase) {
    json::Value status = before.is_object() ? before : json::Value::object();
    status.set("phase", phase);
    for (auto field : {"accessModes", "capacity", "currentVolumeAttributesClassName"}) status.erase(field);
    return status;
}

}  // namespace skiff::controllers
