#include "api/kinds/pod_defaults.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr int kFileMode = 0644;

void default_downward_items(Value& source) {
    each_object(source, "items", [](Value& item) {
        if_object(item, "fieldRef", [](Value& field) { set_default_zero(field, "apiVersion", "v1"); });
    });
}

void default_projected(Value& projected) {
    set_default(projected, "defaultMode", kFileMode);
    each_object(projected, "sources", [](Value& source) {
        if_object(source, "downwardAPI", default_downward_items);
        if_object(source, "serviceAccountToken", [](Value& token) { set_default(token, "expirationSeconds", 3600); });
    });
}

bool has_source(const Value& volume) {
    for (const auto& member : volume.members())
        if (member.key != "name" && !member.value.is_null()) return true;
    return false;
}

}  // namespace

void default_volume(Value& volume) {
    if (!has_source(volume)) volume.set("emptyDir", Value::object());
    for (auto source : {"secret", "configMap", "downwardAPI"})
        if_object(volume, source, [](Value& files) { set_default(files, "defaultMode", kFileMode); });
    if_object(volume, "downwardAPI", default_downward_items);
    if_object(volume, "projected", default_projected);
    if_object(volume, "hostPath", [](Value& path) { set_default(path, "type", ""); });
    if_object(volume, "azureDisk", [](Value& disk) { set_default(disk, "readOnly", false); });
    if_object(volume, "image", [](Value& image) {
        if (image["pullPolicy"].empty()) {
            Value container = Value::object({{"image", image["reference"]}});
            default_container(container);
            image.set("pullPolicy", container["imagePullPolicy"]);
        }
    });
    if_object(volume, "ephemeral", [](Value& ephemeral) {
        if_object(ephemeral, "volumeClaimTemplate", [](Value& claim) { default_claim_spec(claim.mut("spec")); });
    });
}

void default_claim_spec(Value& spec) { set_default(spec, "volumeMode", "Filesystem"); }

}  // namespace skiff::api::kinds
