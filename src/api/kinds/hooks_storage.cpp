#include "api/kinds/hooks.h"
#include "api/kinds/object_warnings.h"
#include "api/kinds/validate_status.h"
#include "api/kinds/validate_storage.h"
#include "api/kinds/pod_defaults.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void default_persistent_volume(Value& object) {
    Value& spec = object.mut("spec");
    set_default_zero(spec, "persistentVolumeReclaimPolicy", "Retain");
    set_default(spec, "volumeMode", "Filesystem");
    if_object(spec, "hostPath", [](Value& path) { set_default(path, "type", ""); });
    if_object(spec, "azureDisk", [](Value& disk) { set_default(disk, "readOnly", false); });
    set_default_zero(object.mut("status"), "phase", "Pending");
}

void default_claim(Value& object) {
    default_claim_spec(object.mut("spec"));
    set_default_zero(object.mut("status"), "phase", "Pending");
}

Value reference(const Value& from) {
    Value to = Value::object({{"apiGroup", from["apiGroup"]}, {"kind", from["kind"]}, {"name", from["name"]}});
    return to;
}

// dataSource and dataSourceRef say the same, unless the reference crosses namespaces.
void settle_sources(Value& spec) {
    // References into other namespaces are off.
    if (!spec["dataSourceRef"]["namespace"].empty()) spec.erase("dataSourceRef");
    // Only claims and snapshots were ever read from dataSource alone.
    if (const Value& source = spec["dataSource"]; source.is_object() && !spec["dataSourceRef"].is_object()) {
        const std::string &group = source["apiGroup"].as_string(), &kind = source["kind"].as_string();
        bool known = (group.empty() && kind == "PersistentVolumeClaim") || (group == "snapshot.storage.k8s.io" && kind == "VolumeSnapshot");
        if (!known) spec.erase("dataSource");
    }
    if (spec["dataSource"].is_object() && !spec["dataSourceRef"].is_object()) spec.set("dataSourceRef", reference(Value(spec["dataSource"])));
    else if (spec["dataSourceRef"].is_object() && !spec["dataSource"].is_object() && spec["dataSourceRef"]["namespace"].empty())
        spec.set("dataSource", reference(Value(spec["dataSourceRef"])));
}

void prepare_claim(Value& object) {
    settle_sources(object.mut("spec"));
    object.set("status", Value::object({{"phase", "Pending"}}));
}

void default_storage_class(Value& object) {
    set_default(object, "reclaimPolicy", "Delete");
    set_default(object, "volumeBindingMode", "Immediate");
}

void default_csi_driver(Value& object) {
    Value& spec = object.mut("spec");
    set_default(spec, "attachRequired", true);
    set_default(spec, "podInfoOnMount", false);
    set_default(spec, "storageCapacity", false);
    set_default(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
    if (spec["volumeLifecycleModes"].size() == 0) spec.set("volumeLifecycleModes", Value::array({"Persistent"}));
    set_default(spec, "requiresRepublish", false);
    set_default(spec, "seLinuxMount", false);
}

// MutableCSINodeAllocatableCount is off.
void drop_allocatable_period(Value& object) {
    if_object(object, "spec", [](Value& spec) { spec.erase("nodeAllocatableUpdatePeriodSeconds"); });
}

}  // namespace

KindHooks persistent_volume_hooks() {
    return {.set_defaults = default_persistent_volume,
            .prepare_create = [](Value& object) {
                object.set("status", Value::object({{"phase", "Pending"}, {"lastPhaseTransitionTime", object["metadata"]["creationTimestamp"]}}));
            },
            .validate_create = validate_persistent_volume,
            .validate_update = validate_persistent_volume_update,
            .warnings = volume_warnings};
}

KindHooks persistent_volume_claim_hooks() {
    return {.set_defaults = default_claim, .prepare_create = prepare_claim,
            .prepare_update = [](Value& object, const Value& old) {
                if (!old["spec"]["dataSource"].is_object() && !old["spec"]["dataSourceRef"].is_object()) settle_sources(object.mut("spec"));
            },
            .validate_create = validate_persistent_volume_claim,
            .validate_update = validate_persistent_volume_claim_update,
            .validate_status_update = validate_claim_status,
            .warnings = claim_warnings};
}

KindHooks storage_class_hooks() {
    return {.set_defaults = default_storage_class,
            .validate_create = validate_storage_class,
            .validate_update = validate_storage_class_update,
            .warnings = storage_class_warnings};
}

KindHooks csi_driver_hooks() {
    return {.set_defaults = default_csi_driver,
            .prepare_create = drop_allocatable_period,
            .prepare_update = [](Value& object, const Value& old) {
                drop_allocatable_period(object);
                // It has a generation from its first change on.
                if (!(object["spec"] == old["spec"])) object.mut("metadata").set("generation", old["metadata"]["generation"].as_int() + 1);
            },
            .validate_create = validate_csi_driver,
            .validate_update = [](const Value& object, const Value& old, FieldErrors& errors) {
                validate_csi_driver(object, errors);
                const Value &spec = object["spec"], &before = old["spec"];
                if (!(spec["attachRequired"] == before["attachRequired"])) errors.invalid(FieldPath("spec").child("attachedRequired"), spec["attachRequired"], "field is immutable");
                if (!(spec["volumeLifecycleModes"] == before["volumeLifecycleModes"]))
                    errors.invalid(FieldPath("spec").child("volumeLifecycleModes"), spec["volumeLifecycleModes"], "field is immutable");
            }};
}

KindHooks csi_node_hooks() {
    return {.validate_create = validate_csi_node,
            .validate_update = validate_csi_node_update};
}

KindHooks csi_storage_capacity_hooks() {
    return {.validate_create = validate_csi_storage_capacity,
            .validate_update = validate_csi_storage_capacity_update,
            .warnings = capacity_warnings};
}

KindHooks volume_attachment_hooks() {
    return {.prepare_create = [](Value& object) { object.set("status", Value::object({{"attached", false}})); },
            .validate_create = validate_volume_attachment,
            .validate_update = validate_volume_attachment_update};
}

KindHooks volume_attributes_class_hooks() {
    return {.validate_create = validate_volume_attributes_class,
            .validate_update = validate_volume_attributes_class_update};
}

}  // namespace skiff::api::kinds
