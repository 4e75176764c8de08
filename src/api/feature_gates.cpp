#include "api/feature_gates.h"

#include <span>
#include <string_view>
#include <vector>

#include "api/kind_registry_builder.h"
#include "api/kinds/disabled_fields.h"

namespace skiff::api {

namespace {

using json::Value;
using Path = std::span<const std::string_view>;

constexpr std::string_view kTemplateOfCronJob[] = {"spec", "jobTemplate", "spec", "template", "spec"};
constexpr std::string_view kTemplateOfWorkload[] = {"spec", "template", "spec"};

// Where the spec of the pod is; nothing: the kind has none.
Path pod_spec_path(const KindInfo& kind) {
    const std::string_view name = kind.gvk.kind;
    if (name == "Pod") return Path(kTemplateOfWorkload).first(1);
    if (name == "PodTemplate") return Path(kTemplateOfWorkload).subspan(1);
    if (name == "CronJob") return kTemplateOfCronJob;
    if (name == "Deployment" || name == "ReplicaSet" || name == "ReplicationController" || name == "StatefulSet" || name == "DaemonSet" || name == "Job") return kTemplateOfWorkload;
    return {};
}

const Value& at(const Value& object, Path path) { return path.empty() ? object : at(object[path[0]], path.subspan(1)); }

Value* find(Value& object, Path path) {
    if (path.empty()) return &object;
    Value* inner = object.is_object() ? object.find(path[0]) : nullptr;
    return inner ? find(*inner, path.subspan(1)) : nullptr;
}

void drop(Value& object, Path path) {
    if (Value* spec = find(object, path); spec && spec->is_object()) kinds::drop_image_volumes(*spec);
}

// The positions of volumes whose image has no pull policy, which is not decided for them either.
std::vector<size_t> without_policy(const Value& spec) {
    std::vector<size_t> out;
    const Value& volumes = spec["volumes"];
    for (size_t i = 0; i < volumes.size(); ++i)
        if (volumes[i]["image"].is_object() && volumes[i]["image"]["pullPolicy"].empty()) out.push_back(i);
    return out;
}

}  // namespace

void drop_image_volumes_of(KindInfo& kind) {
    const Path path = pod_spec_path(kind);
    if (path.empty()) return;
    kind.hooks.set_defaults = [path, inner = std::move(kind.hooks.set_defaults)](Value& object) {
        const std::vector<size_t> undecided = without_policy(at(object, path));
        inner(object);
        for (size_t i : undecided) find(object, path)->mut("volumes").mut_items()[i].mut("image").erase("pullPolicy");
    };
    kind.hooks.prepare_create = [path, inner = std::move(kind.hooks.prepare_create)](Value& object) {
        drop(object, path);
        if (inner) inner(object);
    };
    // What has one already keeps them all.
    kind.hooks.prepare_update = [path, inner = std::move(kind.hooks.prepare_update)](Value& object, const Value& old) {
        if (!kinds::has_image_volume(at(old, path))) drop(object, path);
        if (inner) inner(object, old);
    };
}

std::shared_ptr<const KindRegistry> builtin_kinds(const std::vector<GroupVersion>& served, const FeatureGates& gates) {
    KindRegistryBuilder builder(served);
    add_builtin_kinds(builder);
    if (!gates.image_volume) builder.each(drop_image_volumes_of);
    return builder.build();
}

}  // namespace skiff::api
