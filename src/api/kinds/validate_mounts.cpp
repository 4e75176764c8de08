// Where a container sees its volumes: mounts and block devices. Several paths lack the index, as Kubernetes words them.
#include "api/kinds/validate.h"
#include "api/kinds/validate_parts.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

// The values of one member of a list's elements.
std::set<std::string_view> texts_of(const Value& list, const char* member) {
    std::set<std::string_view> out;
    for (const Value& item : list.items()) out.insert(item[member].as_string());
    return out;
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

void validate_mounts(const Value& container, const PodParts& pod, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> paths;
    const Value& mounts = container["volumeMounts"];
    const auto device_names = texts_of(container["volumeDevices"], "name"), device_paths = texts_of(container["volumeDevices"], "devicePath");
    FieldPath list = path.child("volumeMounts");
    for (size_t i = 0; i < mounts.size(); ++i) {
        const Value& mount = mounts[i];
        FieldPath at = list.index(i);
        const std::string& volume = mount["name"].as_string();
        if (volume.empty()) errors.required(at.child("name"), "");
        if (pod.volume(volume).is_null()) errors.not_found(at.child("name"), volume);
        const std::string& target = mount["mountPath"].as_string();
        if (target.empty()) errors.required(at.child("mountPath"), "");
        if (!paths.insert(target).second) errors.invalid(at.child("mountPath"), target, "must be unique");
        if (device_names.count(volume)) errors.invalid(at.child("name"), volume, "must not already exist in volumeDevices");
        if (device_paths.count(target)) errors.invalid(at.child("mountPath"), target, "must not already exist as a path in volumeDevices");
        if (!mount["subPath"].empty()) check_local_descending_path(mount["subPath"], list.child("subPath"), errors);
        if (!mount["subPathExpr"].empty()) {
            if (!mount["subPath"].empty()) errors.invalid(at.child("subPathExpr"), mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive");
            check_local_descending_path(mount["subPathExpr"], list.child("subPathExpr"), errors);
        }
        validate_mount_options(mount, container, list, errors);
    }
}

void validate_devices(const Value& container, const PodParts& pod, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> paths, names;
    const Value& devices = container["volumeDevices"];
    if (devices.size() == 0) return;
    const auto mount_names = texts_of(container["volumeMounts"], "name"), mount_paths = texts_of(container["volumeMounts"], "mountPath");
    for (size_t i = 0; i < devices.size(); ++i) {
        FieldPath at = path.child("volumeDevices").index(i);
        const std::string &name = devices[i]["name"].as_string(), &device = devices[i]["devicePath"].as_string();
        const Value& volume = pod.volume(name);
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
        if (mount_names.count(name)) errors.invalid(at.child("name"), name, "must not already exist in volumeMounts");
        if (mount_paths.count(device))
            errors.invalid(at.child("devicePath"), device, "must not already exist as a path in volumeMounts");
    }
}

}  // namespace skiff::api::kinds
