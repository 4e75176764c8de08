#include "api/kinds/validate_storage.h"
#include "api/kinds/internal_form.h"
#include "api/kinds/set_default.h"
#include "api/kinds/validate.h"
#include "api/kinds/validate_parts.h"
#include "api/quantity.h"
#include "api/selector.h"
#include "base/strings.h"
#include "base/text_map.h"

#include <algorithm>
#include <map>

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");
const std::vector<std::string> kModes = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"};

void check_access_modes(const Value& modes, const FieldPath& path, std::string_view when_empty, FieldErrors& errors) {
    if (modes.size() == 0) errors.required(path, when_empty);
    bool one_pod = false, other = false;
    for (const auto& mode : modes.items()) {
        bool known = std::find(kModes.begin(), kModes.end(), mode.as_string()) != kModes.end();
        if (!known) errors.not_supported(path, mode, kModes);
        if (mode.as_string() == "ReadWriteOncePod") one_pod = true;
        else other = other || known;
    }
    if (one_pod && other) errors.forbidden(path, "may not use ReadWriteOncePod with other access modes");
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
    if (amounts.is_null()) return Value::object();
    if (!amounts.is_object()) return {};
    Value out = amounts;
    std::sort(out.mut_members().begin(), out.mut_members().end(), [](const json::Member& a, const json::Member& b) { return a.key < b.key; });
    return out;
}

void check_csi(const Value& csi, const FieldPath& path, FieldErrors& errors) {
    check_required(csi["volumeHandle"], path.child("volumeHandle"), errors);
    for (auto field : {"controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"}) {
        if (!csi[field].is_object()) continue;
        check_name(csi[field]["name"], check_dns1123_subdomain, path.child(field).child("name"), errors);
        check_name(csi[field]["namespace"], check_dns1123_label, path.child(field).child("namespace"), errors);
    }
}

void check_driver_name(const std::string& name, const FieldPath& path, FieldErrors& errors) {
    constexpr size_t kDriverMax = 63;
    if (name.empty()) errors.required(path, "");
    if (name.size() > kDriverMax) errors.too_long(path, kDriverMax);
    add_complaints(check_dns1123_subdomain(lower(name)), path, name, errors);
}

// Parameters for a driver, in all no more than 256 KiB.
void check_parameters(const Value& parameters, FieldErrors& errors) {
    constexpr size_t kCountMax = 512, kBytesMax = 256 << 10;
    FieldPath path("parameters");
    if (parameters.size() > kCountMax) return errors.too_long(path, kCountMax);
    size_t bytes = 0;
    for (const auto& [name, value] : parameters.members()) {
        if (name.empty()) errors.invalid(path, name, "field can not be empty.");
        bytes += name.size() + value.as_string().size();
    }
    if (bytes > kBytesMax) errors.too_long(path, kBytesMax);
}

void check_provisioner(const Value& name, const FieldPath& path, FieldErrors& errors) {
    check_required(name, path, errors);
    if (name.empty()) return;
    std::string small = lower(name.as_string());
    add_complaints(check_qualified_name(small), path, small, errors);
}

void check_topology(const Value& terms, FieldErrors& errors) {
    using Term = std::map<std::string, std::set<std::string>>;
    std::map<Term, size_t> before{{Term(), terms.size()}};   // Kubernetes compares with as many empty ones
    for (size_t t = 0; t < terms.size(); ++t) {
        const Value& expressions = terms[t]["matchLabelExpressions"];
        Term term;
        for (size_t i = 0; i < expressions.size(); ++i) {
            FieldPath at = FieldPath("allowedTopologies").index(t).child("matchLabelExpressions").index(i);
            const std::string& key = expressions[i]["key"].as_string();
            if (expressions[i]["values"].size() == 0) errors.required(at.child("values"), "");
            std::set<std::string> seen;
            for (size_t v = 0; v < expressions[i]["values"].size(); ++v)
                if (!seen.insert(expressions[i]["values"][v].as_string()).second) errors.duplicate(at.child("values").index(v), expressions[i]["values"][v]);
            add_complaints(check_qualified_name(key), at.child("key"), key, errors);
            if (term.count(key)) errors.duplicate(at.child("key"), key);
            term[key] = std::move(seen);
        }
        size_t& same = before[std::move(term)];
        const FieldPath at = FieldPath("allowedTopologies").index(t).child("matchLabelExpressions");
        for (size_t i = 0; i < same && !errors.full(); ++i) errors.duplicate(at, "");
        ++same;
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
    if (!spec["volumeAttributesClassName"].empty())
        check_optional_name(spec["volumeAttributesClassName"], check_dns1123_subdomain, path.child("volumeAttributesClassName"), errors);
    if (!spec["storageClassName"].empty()) check_optional_name(spec["storageClassName"], check_dns1123_subdomain, path.child("storageClassName"), errors);
    check_one_of(spec["volumeMode"], path.child("volumeMode"), {"Block", "Filesystem"}, errors, Presence::Optional);
    for (auto field : {"dataSource", "dataSourceRef"}) {
        const Value& source = spec[field];
        if (!source.is_object()) continue;
        for (auto part : {"name", "kind"}) check_required(source[part], path.child(field).child(part), errors);
        if (std::string_view(field) == "dataSourceRef") check_optional_name(source["namespace"], check_dns1123_label, path.child(field).child("namespace"), errors);
        if (source["apiGroup"].empty() && source["kind"].as_string() != "PersistentVolumeClaim")
            errors.invalid(path.child(field), source["kind"], "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
        check_optional_name(source["apiGroup"].empty() ? Value() : source["apiGroup"], check_dns1123_subdomain, path.child(field).child("apiGroup"), errors);
    }
    if (!spec["dataSource"].is_object() || !spec["dataSourceRef"].is_object()) return;
    for (auto part : {"apiGroup", "kind", "name"})
        if (!(spec["dataSource"][part] == spec["dataSourceRef"][part])) return errors.invalid(path, Value::object(), "must match dataSourceRef");
}

void validate_persistent_volume_claim(const Value& object, FieldErrors& errors) { validate_claim_spec(object["spec"], kSpec, errors); }

void validate_persistent_volume_claim_update(const Value& object, const Value& old, FieldErrors& errors) {
    for (int time = 0; time < 2; ++time) validate_persistent_volume_claim(object, errors);   // as a new one, then as a changed one
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
    check_immutable(object["spec"]["volumeMode"], old["spec"]["volumeMode"], FieldPath("volumeMode"), errors);
    if (new_size < old_size && new_size <= held) errors.forbidden(kSpec.child("resources").child("requests").child("storage"), "field can not be less than status.capacity");
}

// A volume without an object of its own, for migrated plugins.
void check_inline_volume(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    constexpr std::string_view kInline = "may not be specified in the context of inline volumes";
    if (spec["claimRef"].is_object()) errors.forbidden(path.child("claimRef"), kInline);
    if (spec["capacity"].size() > 0) errors.forbidden(path.child("capacity"), kInline);
    if (!spec["csi"].is_object()) errors.required(path.child("csi"), "has to be specified in the context of inline volumes");
    check_access_modes(spec["accessModes"], path.child("accessModes"), "", errors);
    const std::string& reclaim = spec["persistentVolumeReclaimPolicy"].as_string();
    if (!reclaim.empty() && reclaim != "Retain") errors.forbidden(path.child("persistentVolumeReclaimPolicy"), "may only be Retain in the context of inline volumes");
    if (spec["nodeAffinity"].is_object()) errors.forbidden(path.child("nodeAffinity"), kInline);
    std::string_view source = validate_persistent_source(spec, path, errors);
    if (source == "csi") check_csi(spec["csi"], path.child("csi"), errors);
    if (source.empty()) errors.required(path, "must specify a volume type");
    if (spec["hostPath"]["path"].as_string() == "/" && reclaim == "Recycle") errors.forbidden(path.child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'");
    if (!spec["storageClassName"].empty()) errors.forbidden(path.child("storageClassName"), kInline);
    if (!spec["volumeMode"].is_null() && spec["volumeMode"].as_string() != "Filesystem")
        errors.forbidden(path.child("volumeMode"), "may not specify volumeMode other than Filesystem in the context of inline volumes");
}

void validate_persistent_volume(const Value& object, FieldErrors& errors) {
    const Value &spec = object["spec"], &capacity = spec["capacity"];
    check_access_modes(spec["accessModes"], kSpec.child("accessModes"), "", errors);
    if (capacity.size() == 0) errors.required(kSpec.child("capacity"), "");
    if (!capacity.has("storage") || capacity.size() > 1) errors.not_supported(kSpec.child("capacity"), capacity.is_null() ? capacity : sorted_amounts(capacity), {"storage"});
    for (const auto& [name, amount] : capacity.members()) check_storage(amount, kSpec.child("capacity").key(name), errors);
    check_one_of(spec["persistentVolumeReclaimPolicy"], kSpec.child("persistentVolumeReclaimPolicy"), {"Delete", "Recycle", "Retain"}, errors, Presence::Optional);
    if (spec["nodeAffinity"]["required"].is_object()) validate_node_selector(spec["nodeAffinity"]["required"], kSpec.child("nodeAffinity").child("required"), errors);
    else if (spec["nodeAffinity"].is_object()) errors.required(kSpec.child("nodeAffinity").child("required"), "must specify required node constraints");
    std::string_view source = validate_persistent_source(spec, kSpec, errors);
    if (source == "local" && !spec["nodeAffinity"].is_object()) errors.required(kSpec.child("nodeAffinity"), "Local volume requires node affinity");
    if (source == "csi") check_csi(spec["csi"], kSpec.child("csi"), errors);
    if (source.empty()) errors.required(kSpec, "must specify a volume type");
    if (spec["hostPath"]["path"].as_string() == "/" && spec["persistentVolumeReclaimPolicy"].as_string() == "Recycle")
        errors.forbidden(kSpec.child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'");
    check_optional_name(spec["storageClassName"], check_dns1123_subdomain, kSpec.child("storageClassName"), errors);
    check_one_of(spec["volumeMode"], kSpec.child("volumeMode"), {"Block", "Filesystem"}, errors, Presence::Optional);
    const Value& attributes = spec["volumeAttributesClassName"];
    if (attributes.is_null()) return;
    if (attributes.empty()) errors.required(kSpec.child("volumeAttributesClassName"), "an empty string is disallowed");
    else check_name(attributes, check_dns1123_subdomain, kSpec.child("volumeAttributesClassName"), errors);
    if (!spec["csi"].is_object()) errors.required(kSpec.child("csi"), "has to be specified when using volumeAttributesClassName");
}

void validate_persistent_volume_update(const Value& object, const Value& old, FieldErrors& errors) {
    for (int time = 0; time < 2; ++time) validate_persistent_volume(object, errors);   // as a new one, then as a changed one
    if (!(volume_source(object["spec"]) == volume_source(old["spec"])))
        errors.forbidden(kSpec.child("persistentvolumesource"), "spec.persistentvolumesource is immutable after creation\n" +
                                                                         internal_diff("PersistentVolumeSource", old["spec"], object["spec"]));
    check_immutable(object["spec"]["volumeMode"], old["spec"]["volumeMode"], FieldPath("volumeMode"), errors);
    const Value& affinity = old["spec"]["nodeAffinity"];
    if (!affinity.is_null()) check_immutable(object["spec"]["nodeAffinity"], affinity, kSpec.child("nodeAffinity"), errors);
}

void validate_storage_class(const Value& object, FieldErrors& errors) {
    check_provisioner(object["provisioner"], FieldPath("provisioner"), errors);
    check_topology(object["allowedTopologies"], errors);
    if (!object["reclaimPolicy"].empty()) check_one_of(object["reclaimPolicy"], FieldPath("reclaimPolicy"), {"Delete", "Retain"}, errors);
    check_listed(object["volumeBindingMode"], FieldPath("volumeBindingMode"), {"Immediate", "WaitForFirstConsumer"}, errors);
    check_parameters(object["parameters"], errors);
}

void validate_storage_class_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_storage_class(object, errors);
    for (auto field : {"parameters", "provisioner", "reclaimPolicy"}) forbid_change(object, old, field, errors);
    check_immutable(object["volumeBindingMode"], old["volumeBindingMode"], FieldPath("volumeBindingMode"), errors);
}

void validate_csi_driver(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
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
    const std::string& name = object["storageClassName"].as_string();
    add_complaints(check_dns1123_subdomain(name), FieldPath("storageClassName"), name, errors);
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
        check_driver_name(drivers[i]["name"].as_string(), path.child("name"), errors);
        constexpr size_t kNodeMax = 256;
        const Value& node = drivers[i]["nodeID"];
        check_required(node, path.child("nodeID"), errors);
        if (node.as_string().size() > kNodeMax) errors.invalid(path.child("nodeID"), node, "must be 256 characters or less");
        std::set<std::string> keys;
        for (const Value& key : drivers[i]["topologyKeys"].items()) {
            check_required(key, path, errors);
            if (!keys.insert(key.as_string()).second) errors.duplicate(path, key);
            add_complaints(check_qualified_name(key.as_string()), path, key.as_string(), errors);
        }
        if (!names.insert(drivers[i]["name"].as_string()).second) errors.duplicate(path.child("name"), drivers[i]["name"]);
        check_not_negative(drivers[i]["allocatable"]["count"], path.child("allocatable").child("count"), errors);
    }
}

// A driver may come or go, but one that stays does not change.
void validate_csi_node_update(const Value& object, const Value& old, FieldErrors& errors) {
    for (int time = 0; time < 2; ++time) validate_csi_node(object, errors);   // as a new one, then as a changed one
    TextViewMap<std::vector<const Value*>> now;
    for (const Value& driver : object["spec"]["drivers"].items()) now[driver["name"].as_string()].push_back(&driver);
    for (const Value& before : old["spec"]["drivers"].items())
        for (const Value* driver : now[before["name"].as_string()])
            if (!(*driver == before)) errors.invalid(kSpec.child("drivers"), internal_form("CSINodeDriver", *driver), "field is immutable");
}

// As Kubernetes' older versions had it; new objects are judged more strictly.
void check_attachment(const Value& spec, FieldErrors& errors) {
    const Value& source = spec["source"];
    check_required(spec["attacher"], kSpec.child("attacher"), errors);
    add_complaints(check_dns1123_subdomain(spec["nodeName"].as_string()), kSpec.child("nodeName"), spec["nodeName"].as_string(), errors);
    bool inlined = source["inlineVolumeSpec"].is_object(), named = !source["persistentVolumeName"].is_null();
    FieldPath path = kSpec.child("source");
    if (!inlined && !named) errors.required(path, "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    else if (inlined && named) errors.forbidden(path, "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    else if (named) check_required(source["persistentVolumeName"], path.child("persistentVolumeName"), errors, "must specify non empty persistentVolumeName");
    else check_inline_volume(source["inlineVolumeSpec"], path.child("inlineVolumeSpec"), errors);
}

void validate_volume_attachment(const Value& object, FieldErrors& errors) {
    const Value &spec = object["spec"], &name = spec["source"]["persistentVolumeName"];
    check_attachment(spec, errors);
    check_driver_name(spec["attacher"].as_string(), kSpec.child("attacher"), errors);
    check_given_name(name, check_dns1123_subdomain, kSpec.child("source").child("persistentVolumeName"), errors);
}

void validate_volume_attachment_update(const Value& object, const Value& old, FieldErrors& errors) {
    for (int time = 0; time < 2; ++time) check_attachment(object["spec"], errors);   // as a new one, then as a changed one
    if (object["spec"] == old["spec"]) return;
    Value shown = object["spec"];
    if (shown["source"]["inlineVolumeSpec"]["hostPath"].is_object()) set_default(shown.mut("source").mut("inlineVolumeSpec").mut("hostPath"), "type", "");
    errors.invalid(kSpec, internal_form("VolumeAttachmentSpec", shown), "field is immutable");
}

void validate_volume_attributes_class(const Value& object, FieldErrors& errors) {
    check_provisioner(object["driverName"], FieldPath("driverName"), errors);
    check_parameters(object["parameters"], errors);
    if (object["parameters"].size() == 0) errors.required(FieldPath("parameters"), "must contain at least one key/value pair");
}

void validate_volume_attributes_class_update(const Value& object, const Value& old, FieldErrors& errors) {
    for (int time = 0; time < 2; ++time) validate_volume_attributes_class(object, errors);   // as a new one, then as a changed one
    for (auto field : {"driverName", "parameters"}) forbid_change(object, old, field, errors);
}

}  // namespace skiff::api::kinds
