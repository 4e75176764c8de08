#include "api/kinds/disabled_fields.h"

#include <algorithm>
#include <set>
#include <string>

#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void drop_of_container(Value& container) {
    if_object(container, "lifecycle", [](Value& lifecycle) { lifecycle.erase("stopSignal"); });
    each_object(container, "env", [](Value& variable) { if_object(variable, "valueFrom", [](Value& source) { source.erase("fileKeyRef"); }); });
}

}  // namespace

void drop_disabled_pod_fields(Value& spec) {
    spec.erase("hostnameOverride");
    each_object(spec, "containers", [](Value& container) {
        for (auto field : {"restartPolicy", "restartPolicyRules"}) container.erase(field);
    });
    // Of init containers only sidecars say when they are started again.
    each_object(spec, "initContainers", [](Value& container) {
        if (container["restartPolicy"].as_string() != "Always") container.erase("restartPolicy");
        container.erase("restartPolicyRules");
    });
    each_object(spec, "ephemeralContainers", [](Value& container) {
        for (auto field : {"restartPolicy", "restartPolicyRules"}) container.erase(field);
    });
    for (auto list : {"containers", "initContainers", "ephemeralContainers"})
        each_object(spec, list, [](Value& container) {
            bool signal = container["lifecycle"].has("stopSignal");
            drop_of_container(container);
            if (signal && container["lifecycle"].size() == 0) container.erase("lifecycle");
        });
    each_object(spec, "volumes", [](Value& volume) {
        if_object(volume, "projected", [](Value& projected) {
            each_object(projected, "sources", [](Value& source) {
                for (auto field : {"clusterTrustBundle", "podCertificate"}) source.erase(field);
            });
        });
    });
}

bool has_image_volume(const Value& spec) {
    const auto& volumes = spec["volumes"].items();
    return std::any_of(volumes.begin(), volumes.end(), [](const Value& volume) { return volume.has("image"); });
}

void drop_image_volumes(Value& spec) {
    if (!has_image_volume(spec)) return;
    std::set<std::string, std::less<>> gone;
    // A list without items is none.
    auto keep = [](Value& object, std::string_view key, const auto& is_kept) {
        Value* list = object.find(key);
        if (!list || !list->is_array()) return;
        Value kept = Value::array();
        for (auto& item : list->mut_items())
            if (is_kept(item)) kept.push_back(std::move(item));
        if (kept.empty()) object.erase(key);
        else *list = std::move(kept);
    };
    keep(spec, "volumes", [&](const Value& volume) {
        if (!volume.has("image")) return true;
        gone.insert(volume["name"].as_string());
        return false;
    });
    for (auto list : {"containers", "initContainers", "ephemeralContainers"})
        each_object(spec, list, [&](Value& container) { keep(container, "volumeMounts", [&](const Value& mount) { return !gone.contains(mount["name"].as_string()); }); });
}

void drop_disabled_template_fields(Value& object) {
    if_object(object, "template", [](Value& made) { if_object(made, "spec", drop_disabled_pod_fields); });
    if_object(object, "spec", [](Value& spec) {
        if_object(spec, "template", [](Value& made) { if_object(made, "spec", drop_disabled_pod_fields); });
    });
}

}  // namespace skiff::api::kinds
