#include "embedded/local_storage/volume_plan.h"

#include <utility>

#include "api/quantity.h"

namespace skiff::local_storage {

namespace {

constexpr const char* kSelectedNode = "volume.kubernetes.io/selected-node";
constexpr const char* kProvisionedBy = "pv.kubernetes.io/provisioned-by";
constexpr const char* kNodeKey = "skiff.io/node";

}  // namespace

json::Value storage_class() {
    auto annotations = json::Value::object({{"storageclass.kubernetes.io/is-default-class", "true"}});
    return json::Value::object({{"apiVersion", "storage.k8s.io/v1"},
                                {"kind", "StorageClass"},
                                {"metadata", json::Value::object({{"name", kClassName}, {"annotations", std::move(annotations)}})},
                                {"provisioner", kProvisioner},
                                {"reclaimPolicy", "Delete"},
                                {"allowVolumeExpansion", true},
                                {"volumeBindingMode", "WaitForFirstConsumer"}});
}

std::optional<ClaimWish> read_claim(const api::Object& claim, const json::Value* storage_class) {
    if (!storage_class || (*storage_class)["provisioner"].as_string() != kProvisioner || claim.meta().deleting()) return std::nullopt;
    const auto tree = claim.tree();
    const json::Value& spec = (*tree)["spec"];
    if (!spec["volumeName"].as_string().empty()) return std::nullopt;
    const std::string& node = claim.meta().annotation(kSelectedNode);
    const bool waits = (*storage_class)["volumeBindingMode"].as_string() == "WaitForFirstConsumer";
    if (node.empty() && waits) return std::nullopt;
    ClaimWish wish{"pvc-" + claim.meta().uid, node, ""};
    if (node.empty()) wish.refusal = "configuration error, no node was specified";
    for (const auto& mode : spec["accessModes"].items())
        if (mode.as_string() != "ReadWriteOnce" && mode.as_string() != "ReadWriteOncePod") wish.refusal = "only support ReadWriteOnce access mode";
    if (spec["volumeMode"].as_string() == "Block") wish.refusal = "block volumes are not supported by " + std::string(kProvisioner);
    if (!spec["selector"].is_null()) wish.refusal = "claim.Spec.Selector is not supported";
    if (!spec["dataSource"].is_null() || !spec["dataSourceRef"].is_null()) wish.refusal = "claim.Spec.DataSource is not supported";
    return wish;
}

json::Value volume_for(const api::Object& claim, const json::Value& storage_class, const ClaimWish& wish, const std::string& hostname, const std::string& path) {
    const auto tree = claim.tree();
    const json::Value& spec = (*tree)["spec"];
    const auto& meta = claim.meta();
    auto annotations = json::Value::object({{kProvisionedBy, kProvisioner}, {kNodeKey, wish.node}});
    auto expression = json::Value::object({{"key", "kubernetes.io/hostname"}, {"operator", "In"}, {"values", json::Value::array({hostname})}});
    auto term = json::Value::object({{"matchExpressions", json::Value::array({std::move(expression)})}});
    auto required = json::Value::object({{"nodeSelectorTerms", json::Value::array({std::move(term)})}});
    auto claim_ref = json::Value::object({{"apiVersion", "v1"}, {"kind", "PersistentVolumeClaim"}, {"namespace", meta.ns}, {"name", meta.name}, {"uid", meta.uid},
                                          {"resourceVersion", std::to_string(meta.resource_version)}});
    auto volume = json::Value::object({{"accessModes", spec["accessModes"]},
                                       {"capacity", json::Value::object({{"storage", spec["resources"]["requests"]["storage"]}})},
                                       {"claimRef", std::move(claim_ref)},
                                       {"hostPath", json::Value::object({{"path", path}, {"type", "DirectoryOrCreate"}})},
                                       {"nodeAffinity", json::Value::object({{"required", std::move(required)}})},
                                       {"persistentVolumeReclaimPolicy", storage_class["reclaimPolicy"].as_string("Delete")},
                                       {"storageClassName", storage_class["metadata"]["name"]},
                                       {"volumeMode", "Filesystem"}});
    if (storage_class["mountOptions"].size() > 0) volume.set("mountOptions", storage_class["mountOptions"]);
    return json::Value::object({{"apiVersion", "v1"},
                                {"kind", "PersistentVolume"},
                                {"metadata", json::Value::object({{"name", wish.volume}, {"annotations", std::move(annotations)}})},
                                {"spec", std::move(volume)}});
}

std::string wanted_growth(const api::Object& claim, const json::Value* storage_class) {
    if (!storage_class || (*storage_class)["provisioner"].as_string() != kProvisioner || claim.meta().deleting()) return {};
    const auto tree = claim.tree();
    const std::string& wanted = (*tree)["spec"]["resources"]["requests"]["storage"].as_string();
    const std::string& held = (*tree)["status"]["capacity"]["storage"].as_string();
    if ((*tree)["status"]["phase"].as_string() != "Bound" || held.empty()) return {};
    return api::Quantity::parse_or_zero(held) < api::Quantity::parse_or_zero(wanted) ? wanted : std::string();
}

json::Value grown_status(json::Value status, const std::string& size) {
    status.mut("capacity").set("storage", size);
    status.mut("allocatedResources").set("storage", size);
    status.erase("allocatedResourceStatuses");
    auto kept = json::Value::array();
    for (const auto& condition : std::as_const(status)["conditions"].items())
        if (const auto& type = condition["type"].as_string(); type != "Resizing" && type != "FileSystemResizePending") kept.push_back(condition);
    if (kept.size() == 0) status.erase("conditions");
    else status.set("conditions", std::move(kept));
    return status;
}

std::optional<std::string> node_to_clean(const api::Object& volume) {
    const std::string& node = volume.meta().annotation(kNodeKey);
    if (volume.meta().annotation(kProvisionedBy) != kProvisioner || node.empty()) return std::nullopt;
    const auto tree = volume.tree();
    const bool released = (*tree)["status"]["phase"].as_string() == "Released" && (*tree)["spec"]["persistentVolumeReclaimPolicy"].as_string() == "Delete";
    return released ? std::optional(node) : std::nullopt;
}

}  // namespace skiff::local_storage
