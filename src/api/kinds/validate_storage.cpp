#include "api/kinds/validate_storage.h"
#include "api/kinds/internal_form.h"
#include "api/kinds/validate.h"
#include "api/quantity.h"
#include "api/selector.h"
#include "base/strings.h"

#include <algorithm>

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");
const std::vector<std::string> kModes = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"};

void check_access_modes(const Value& modes, const FieldPath& path, std::string_view when_empty, FieldErrors& errors) {
    if (modes.size() == 0) errors.required(path, when_empty);
    bool one_pod = false;
    for (const auto& mode : modes.items()) {
        if (std::find(kModes.begin(), kModes.end(), mode.as_string()) == kModes.end()) errors.not_supported(path, mode, kModes);
        one_pod = one_pod || mode.as_string() == "ReadWriteOncePod";
    }
    if (one_pod && modes.size() > 1) errors.forbidden(path, "may not use ReadWriteOncePod with other access modes");
}

void check_storage(const Value& amount, const FieldPath& path, FieldErrors& errors) {
    auto quantity = Quantity::parse_or_zero(amount.as_string());
    if (quantity.sign() < 0) errors.invalid(path, amount, "must be greater than or equal to 0");
    if (quantity.sign() <= 0) errors.invalid(path, amount, "must be greater than zero");
}

// Everything that says where the data is.
Value volume_source(const Value& spec) {
    Value source = spec;
    for (auto field : {"capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy", "storageClassName", "mountOptions", "volumeMode", "nodeAffinity",
                       "volumeAttributesClassName"})
        source.erase(field);
    return source;
}

// As Go prints a map: keys in order.
Value sorted_amounts(const Value& amounts) {
    if (!amounts.is_object()) return {};
    Value out = amounts;
    std::sort(out.mut_members().begin(), out.mut_members().end(), [](const json::Member& a, const json::Member& b) { return a.key < b.key; });
    return out;
}

void check_secret(const Value& reference, const FieldPath& path, FieldErrors& errors) {
    if (!reference.is_object()) return;
    check_required(reference["name"], path.child("name"), errors);
    check_required(reference["namespace"], path.child("namespace"), errors);
}

void check_csi(const Value& csi, const FieldPath& path, FieldErrors& errors) {
    check_required(csi["volumeHandle"], path.child("volumeHandle"), errors);
    for (auto field : {"controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"})
        if (csi[field].is_object() && (csi[field]["name"].empty() || csi[field]["namespace"].empty())) check_secret(csi[field], path.child(field), errors);
}

void check_topology(const Value& terms, FieldErrors& errors) {
    for (size_t t = 0; t < terms.size(); ++t) {
        const Value& expressions = terms[t]["matchLabelExpressions"];
        for (size_t i = 0; i < expressions.size(); ++i) {
            FieldPath at = FieldPath("allowedTopologies").index(t).child("matchLabelExpressions").index(i);
            const std::string& key = expressions[i]["key"].as_string();
            if (expressions[i]["values"].size() == 0) errors.required(at.child("values"), "");
            std::set<std::string> seen;
            for (size_t v = 0; v < expressions[i]["values"].size(); ++v)
                if (!seen.insert(expressions[i]["values"][v].as_string()).second) errors.duplicate(at.child("values").index(v), expressions[i]["values"][v]);
            add_complaints(check_qualified_name(key), at.child("key"), key, errors);
        }
    }
}

void forbid_change(const Value& object, const Value& old, const char* field, FieldErrors& errors) {
    if (!(object[field] == old[field])) errors.forbidden(FieldPath(field), "updates to " + std::string(field) + " are forbidden.");
}

}  // namespace

void validate_claim_spec(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    check_access_modes(spec["accessModes"], path.child("accessModes"), "at least 1 access mode is required", errors);
    validate_label_selector(spec["selector"], path.child("selector"), errors);
    const Value& requests = spec["resources"]["requests"];
    if (!requests.has("storage")) errors.required(path.child("resources").key("storage"), "");
    else if (Quantity::parse_or_zero(requests["storage"].as_string()).sign() <= 0) errors.invalid(path.child("resources").key("storage"), requests["storage"], "must be greater than zero");
    check_optional_name(spec["volumeAttributesClassName"], check_dns1123_subdomain, path.child("volumeAttributesClassName"), errors);
    check_optional_name(spec["storageClassName"], check_dns1123_subdomain, path.child("storageClassName"), errors);
    check_one_of(spec["volumeMode"], path.child("volumeMode"), {"Block", "Filesystem"}, errors, Presence::Optional);
    for (auto field : {"dataSource", "dataSourceRef"}) {
        const Value& source = spec[field];
        if (!source.is_object()) continue;
        for (auto part : {"name", "kind"}) check_required(source[part], path.child(field).child(part), errors);
        if (source["apiGroup"].empty() && source["kind"].as_string() != "PersistentVolumeClaim")
            errors.invalid(path.child(field), source["kind"], "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
    }
}

void validate_persistent_volume_claim(const Value& object, FieldErrors& errors) { validate_claim_spec(object["spec"], kSpec, errors); }

void validate_persistent_volume_claim_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_persistent_volume_claim(object, errors);
    Value spec = object["spec"], before = old["spec"];
    // The controller gives an unbound claim its volume, and a claim without a class may get one.
    if (before["volumeName"].empty() && spec.has("volumeName")) before.set("volumeName", spec["volumeName"]);
    if (before["storageClassName"].is_null()) spec.erase("storageClassName");
    bool bound = object["status"]["phase"].as_string() == "Bound";
    auto new_size = Quantity::parse_or_zero(spec["resources"]["requests"]["storage"].as_string());
    auto old_size = Quantity::parse_or_zero(before["resources"]["requests"]["storage"].as_string());
    auto held = Quantity::parse_or_zero(old["status"]["capacity"]["storage"].as_string());
    if (bound && spec["resources"].has("requests")) spec.mut("resources").mut("requests").set("storage", before["resources"]["requests"]["storage"]);
    if (bound) {
        if (before.has("volumeAttributesClassName")) spec.set("volumeAttributesClassName", before["volumeAttributesClassName"]);
        else spec.erase("volumeAttributesClassName");
    }
    if (!(spec == before))
        errors.forbidden(kSpec, "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n" +
                                    internal_diff("PersistentVolumeClaimSpec", before, spec));
    if (new_size < old_size && new_size <= held) errors.forbidden(kSpec.child("resources").child("requests").child("storage"), "field can not be less than status.capacity");
}

void validate_persistent_volume(const Value& object, FieldErrors& errors) {
    const Value &spec = object["spec"], &capacity = spec["capacity"];
    check_access_modes(spec["accessModes"], kSpec.child("accessModes"), "", errors);
    if (capacity.size() == 0) errors.required(kSpec.child("capacity"), "");
    if (!capacity.has("storage") || capacity.size() > 1) errors.not_supported(kSpec.child("capacity"), sorted_amounts(capacity), {"storage"});
    for (const auto& [name, amount] : capacity.members()) check_storage(amount, kSpec.child("capacity").key(name), errors);
    check_one_of(spec["persistentVolumeReclaimPolicy"], kSpec.child("persistentVolumeReclaimPolicy"), {"Delete", "Recycle", "Retain"}, errors, Presence::Optional);
    if (spec["nodeAffinity"]["required"].is_object()) validate_node_selector(spec["nodeAffinity"]["required"], kSpec.child("nodeAffinity").child("required"), errors);
    else if (spec["nodeAffinity"].is_object()) errors.required(kSpec.child("nodeAffinity").child("required"), "must specify required node constraints");
    else if (spec["local"].is_object()) errors.required(kSpec.child("nodeAffinity"), "Local volume requires node affinity");
    if (spec["csi"].is_object()) check_csi(spec["csi"], kSpec.child("csi"), errors);
    if (!validate_volume_source(spec, kSpec, errors)) errors.required(kSpec, "must specify a volume type");
    if (spec["hostPath"]["path"].as_string() == "/" && spec["persistentVolumeReclaimPolicy"].as_string() == "Recycle")
        errors.forbidden(kSpec.child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'");
    check_optional_name(spec["storageClassName"], check_dns1123_subdomain, kSpec.child("storageClassName"), errors);
    check_one_of(spec["volumeMode"], kSpec.child("volumeMode"), {"Block", "Filesystem"}, errors, Presence::Optional);
}

void validate_persistent_volume_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_persistent_volume(object, errors);
    if (!(volume_source(object["spec"]) == volume_source(old["spec"])))
        errors.forbidden(kSpec.child("persistentvolumesource"), "spec.persistentvolumesource is immutable after creation\n" +
                                                                         internal_diff("PersistentVolumeSource", old["spec"], object["spec"]));
    check_immutable(object["spec"]["volumeMode"], old["spec"]["volumeMode"], FieldPath("volumeMode"), errors);
    const Value& affinity = old["spec"]["nodeAffinity"];
    if (!affinity.is_null()) check_immutable(object["spec"]["nodeAffinity"], affinity, kSpec.child("nodeAffinity"), errors);
}

void validate_storage_class(const Value& object, FieldErrors& errors) {
    const Value& provisioner = object["provisioner"];
    check_required(provisioner, FieldPath("provisioner"), errors);
    if (!provisioner.empty()) {
        std::string small = lower(provisioner.as_string());
        add_complaints(check_qualified_name(small), FieldPath("provisioner"), small, errors);
    }
    check_topology(object["allowedTopologies"], errors);
    check_one_of(object["reclaimPolicy"], FieldPath("reclaimPolicy"), {"Delete", "Retain"}, errors, Presence::Optional);
    check_one_of(object["volumeBindingMode"], FieldPath("volumeBindingMode"), {"Immediate", "WaitForFirstConsumer"}, errors);
    for (const auto& [name, unused] : object["parameters"].members())
        if (name.empty()) errors.invalid(FieldPath("parameters"), name, "field can not be empty.");
}

void validate_storage_class_update(const Value& object, const Value& old, FieldErrors& errors) {
    for (auto field : {"parameters", "provisioner", "reclaimPolicy"}) forbid_change(object, old, field, errors);
    check_immutable(object["volumeBindingMode"], old["volumeBindingMode"], FieldPath("volumeBindingMode"), errors);
}

void validate_csi_driver(const Value& object, FieldErrors& errors) {
    constexpr size_t kNameMax = 63;
    const Value& spec = object["spec"];
    if (object["metadata"]["name"].as_string().size() > kNameMax) errors.too_long(FieldPath("metadata").child("name"), kNameMax);
    for (auto field : {"attachRequired", "podInfoOnMount", "storageCapacity"})
        if (spec[field].is_null()) errors.required(kSpec.child(field), "");
    check_one_of(spec["fsGroupPolicy"], kSpec.child("fsGroupPolicy"), {"File", "None", "ReadWriteOnceWithFSType"}, errors, Presence::Optional);
    for (const auto& mode : spec["volumeLifecycleModes"].items())
        if (mode.as_string() != "Persistent" && mode.as_string() != "Ephemeral")
            errors.not_supported(kSpec.child("volumeLifecycleModes"), mode, {"Persistent", "Ephemeral"});
    constexpr int64_t kSecondsMin = 600, kSecondsMax = int64_t{1} << 32;
    std::set<std::string> audiences;
    for (size_t i = 0; i < spec["tokenRequests"].size(); ++i) {
        const Value& request = spec["tokenRequests"][i];
        FieldPath at = kSpec.child("tokenRequests").index(i);
        if (!audiences.insert(request["audience"].as_string()).second) errors.duplicate(at.child("audience"), request["audience"]);
        const Value& seconds = request["expirationSeconds"];
        if (!seconds.is_int()) continue;
        if (seconds.as_int() < kSecondsMin) errors.invalid(at.child("expirationSeconds"), seconds, "may not specify a duration less than 10 minutes");
        if (seconds.as_int() > kSecondsMax) errors.invalid(at.child("expirationSeconds"), seconds, "may not specify a duration larger than 2^32 seconds");
    }
}

void validate_csi_storage_capacity(const Value& object, FieldErrors& errors) {
    validate_label_selector(object["nodeTopology"], FieldPath("nodeTopology"), errors);
    check_name(object["storageClassName"], check_dns1123_subdomain, FieldPath("storageClassName"), errors);
    if (object["capacity"].is_string()) check_quantity(object["capacity"], FieldPath("capacity"), errors);
}

void validate_csi_storage_capacity_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_csi_storage_capacity(object, errors);
    for (auto field : {"nodeTopology", "storageClassName"}) check_immutable(object[field], old[field], FieldPath(field), errors);
}

void validate_csi_node(const Value& object, FieldErrors& errors) {
    std::set<std::string> names;
    const Value& drivers = object["spec"]["drivers"];
    for (size_t i = 0; i < drivers.size(); ++i) {
        FieldPath path = kSpec.child("drivers").index(i);
        check_required(drivers[i]["name"], path.child("name"), errors);
        check_required(drivers[i]["nodeID"], path.child("nodeID"), errors);
        if (!names.insert(drivers[i]["name"].as_string()).second) errors.duplicate(path.child("name"), drivers[i]["name"]);
        check_not_negative(drivers[i]["allocatable"]["count"], path.child("allocatable").child("count"), errors);
    }
}

void validate_volume_attachment(const Value& object, FieldErrors& errors) {
    const Value &spec = object["spec"], &source = spec["source"];
    check_required(spec["attacher"], kSpec.child("attacher"), errors);
    add_complaints(check_dns1123_subdomain(lower(spec["attacher"].as_string())), kSpec.child("attacher"), spec["attacher"].as_string(), errors);
    if (spec["nodeName"].empty()) errors.required(kSpec.child("nodeName"), "");
    add_complaints(check_dns1123_subdomain(spec["nodeName"].as_string()), kSpec.child("nodeName"), spec["nodeName"].as_string(), errors);
    bool inlined = source["inlineVolumeSpec"].is_object(), named = !source["persistentVolumeName"].is_null();
    FieldPath path = kSpec.child("source");
    if (!inlined && !named) errors.required(path, "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    if (inlined && named) errors.forbidden(path, "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    if (named) check_required(source["persistentVolumeName"], path.child("persistentVolumeName"), errors, "must specify non empty persistentVolumeName");
    if (named) add_complaints(check_dns1123_subdomain(source["persistentVolumeName"].as_string()), path.child("persistentVolumeName"), source["persistentVolumeName"].as_string(), errors);
}

void validate_volume_attachment_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_volume_attachment(object, errors);
    if (!(object["spec"] == old["spec"])) errors.invalid(kSpec, object["spec"], "field is immutable");
}

void validate_volume_attributes_class(const Value& object, FieldErrors& errors) { check_required(object["driverName"], FieldPath("driverName"), errors); }

}  // namespace skiff::api::kinds
