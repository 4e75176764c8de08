// Where a container sees its volumes: mounts and block devices. Several paths lack the index, as Kubernetes words them.
#include "api/kinds/validate.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

const Value& volume_named(const Value& volumes, const std::string& name) {
    static const Value kNone;
    for (const Value& volume : volumes.items())
        if (volume["name"].as_string() == name) return volume;
    return kNone;
}

bool any_has(const Value& list, const char* field, const Value& value) {
    for (const Value& item : list.items())
        if (item[field] == value) return true;
    return false;
}

void validate_mount_options(const Value& mount, const Value& container, const FieldPath& list, FieldErrors& errors) {
    const std::string& propagation = mount["mountPropagation"].as_string();
    FieldPath at = list.child("mountPropagation");
    check_one_of(mount["mountPropagation"], at, {"Bidirectional", "HostToContainer", "None"}, errors, Presence::Optional);
    if (propagation == "Bidirectional" && !container["securityContext"]["privileged"].as_bool())
        errors.forbidden(at, "Bidirectional mount propagation is available only to privileged containers");
    const std::string& recursive = mount["recursiveReadOnly"].as_string();
    at = list.child("recursiveReadOnly");
    if (mount["recursiveReadOnly"].is_null() || recursive == "Disabled") return;
    if (recursive != "Enabled" && recursive != "IfPossible") {
        errors.not_supported(at, recursive, {"Disabled", "Enabled", "IfPossible"});
        return;
    }
    if (!mount["readOnly"].as_bool()) errors.forbidden(at, "may only be specified when readOnly is true");
    if (!propagation.empty() && propagation != "None") errors.forbidden(at, "may only be specified when mountPropagation is None or not specified");
}

}  // namespace

void validate_mounts(const Value& container, const Value& volumes, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> paths;
    const Value& mounts = container["volumeMounts"];
    FieldPath list = path.child("volumeMounts");
    for (size_t i = 0; i < mounts.size(); ++i) {
        const Value& mount = mounts[i];
        FieldPath at = list.index(i);
        const std::string& volume = mount["name"].as_string();
        if (volume.empty()) errors.required(at.child("name"), "");
        if (volume_named(volumes, volume).is_null()) errors.not_found(at.child("name"), volume);
        const std::string& target = mount["mountPath"].as_string();
        if (target.empty()) errors.required(at.child("mountPath"), "");
        if (!paths.insert(target).second) errors.invalid(at.child("mountPath"), target, "must be unique");
        if (any_has(container["volumeDevices"], "name", mount["name"])) errors.invalid(at.child("name"), volume, "must not already exist in volumeDevices");
        if (any_has(container["volumeDevices"], "devicePath", mount["mountPath"])) errors.invalid(at.child("mountPath"), target, "must not already exist as a path in volumeDevices");
        if (!mount["subPath"].empty()) check_local_descending_path(mount["subPath"], list.child("subPath"), errors);
        if (!mount["subPathExpr"].empty()) {
            if (!mount["subPath"].empty()) errors.invalid(at.child("subPathExpr"), mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive");
            check_local_descending_path(mount["subPathExpr"], list.child("subPathExpr"), errors);
        }
        validate_mount_options(mount, container, list, errors);
    }
}

void validate_devices(const Value& container, const Value& volumes, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> paths, names;
    const Value& devices = container["volumeDevices"];
    for (size_t i = 0; i < devices.size(); ++i) {
        FieldPath at = path.child("volumeDevices").index(i);
        const std::string &name = devices[i]["name"].as_string(), &device = devices[i]["devicePath"].as_string();
        const Value& volume = volume_named(volumes, name);
        if (name.empty()) errors.required(at.child("name"), "");
        else if (!names.insert(name).second) errors.invalid(at.child("name"), name, "must be unique");
        if (volume.is_null()) errors.not_found(at.child("name"), name);
        else if (!volume["persistentVolumeClaim"].is_object() && !volume["ephemeral"].is_object())
            errors.invalid(at.child("name"), name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
        if (device.empty()) errors.required(at.child("devicePath"), "");
        if (paths.count(device)) errors.invalid(at.child("devicePath"), device, "must be unique");
        FieldErrors backsteps;
        if (!device.empty()) check_no_backsteps(device, at, backsteps);
        if (!backsteps.empty()) errors.invalid(at.child("devicePath"), device, "can not contain backsteps ('..')");
        else paths.insert(device);
        if (any_has(container["volumeMounts"], "name", devices[i]["name"])) errors.invalid(at.child("name"), name, "must not already exist in volumeMounts");
        if (any_has(container["volumeMounts"], "mountPath", devices[i]["devicePath"]))
            errors.invalid(at.child("devicePath"), device, "must not already exist as a path in volumeMounts");
    }
}

}  // namespace skiff::api::kinds
