#include "server/apiserver/authz/pod_references.h"

#include <algorithm>

namespace skiff::apiserver {

namespace {

const api::Gvr kPods{"", "v1", "pods"};
constexpr size_t kRememberedMax = 4096;
constexpr char kMirror[] = "kubernetes.io/config.mirror";

using Kind = PodReferences::Kind;
using Names = std::vector<std::pair<Kind, std::string>>;

void add(Names& names, Kind kind, const json::Value& name) {
    if (!name.as_string().empty()) names.emplace_back(kind, name.as_string());
}

void add_environment(Names& names, const json::Value& containers) {
    for (const auto& container : containers.items()) {
        for (const auto& variable : container["env"].items()) {
            add(names, Kind::Secret, variable["valueFrom"]["secretKeyRef"]["name"]);
            add(names, Kind::ConfigMap, variable["valueFrom"]["configMapKeyRef"]["name"]);
        }
        for (const auto& source : container["envFrom"].items()) {
            add(names, Kind::Secret, source["secretRef"]["name"]);
            add(names, Kind::ConfigMap, source["configMapRef"]["name"]);
        }
    }
}

void add_volume(Names& names, const json::Value& volume, const std::string& pod) {
    add(names, Kind::Secret, volume["secret"]["secretName"]);
    add(names, Kind::ConfigMap, volume["configMap"]["name"]);
    add(names, Kind::Claim, volume["persistentVolumeClaim"]["claimName"]);
    if (volume["ephemeral"].is_object()) names.emplace_back(Kind::Claim, pod + "-" + volume["name"].as_string());
    for (const auto& source : volume["projected"]["sources"].items()) {
        add(names, Kind::Secret, source["secret"]["name"]);
        add(names, Kind::ConfigMap, source["configMap"]["name"]);
    }
    for (const char* driver : {"cephfs", "rbd", "iscsi", "flexVolume", "scaleIO", "storageos"}) add(names, Kind::Secret, volume[driver]["secretRef"]["name"]);
    add(names, Kind::Secret, volume["azureFile"]["secretName"]);
    add(names, Kind::Secret, volume["csi"]["nodePublishSecretRef"]["name"]);
}

}  // namespace

PodReferences::PodPtr PodReferences::read_pod(const api::ObjectPtr& object) {
    auto pod = std::make_shared<Pod>();
    pod->object = object;
    auto tree = object->tree();
    const auto& spec = (*tree)["spec"];
    pod->node = spec["nodeName"].as_string();
    if (pod->node.empty() || object->meta().annotations.end() != std::find_if(object->meta().annotations.begin(), object->meta().annotations.end(),
                                                                              [](const auto& annotation) { return annotation.first == kMirror; }))
        return pod;
    add(pod->names, Kind::ServiceAccount, spec["serviceAccountName"]);
    for (const auto& secret : spec["imagePullSecrets"].items()) add(pod->names, Kind::Secret, secret["name"]);
    for (const char* list : {"initContainers", "containers", "ephemeralContainers"}) add_environment(pod->names, spec[list]);
    for (const auto& volume : spec["volumes"].items()) add_volume(pod->names, volume, object->meta().name);
    for (const auto& claim : spec["resourceClaims"].items()) add(pod->names, Kind::ResourceClaim, claim["resourceClaimName"]);
    for (const auto& claim : (*tree)["status"]["resourceClaimStatuses"].items()) add(pod->names, Kind::ResourceClaim, claim["resourceClaimName"]);
    return pod;
}

PodReferences::PodPtr PodReferences::pod_of(const api::ObjectPtr& object) const {
    std::lock_guard lock(mutex_);
    if (pods_.size() > kRememberedMax) pods_.clear();
    PodPtr& slot = pods_[object->meta().uid];
    if (!slot || slot->object != object) slot = read_pod(object);
    return slot;
}

bool PodReferences::refers(std::string_view node, Kind kind, std::string_view ns, std::string_view name) const {
    for (const auto& object : reader_.list(kPods, ns)) {
        auto pod = pod_of(object);
        if (pod->node != node) continue;
        for (const auto& [held_kind, held_name] : pod->names)
            if (held_kind == kind && held_name == name) return true;
    }
    return false;
}

bool PodReferences::runs(std::string_view node, std::string_view ns, std::string_view name) const {
    auto object = reader_.get(kPods, ns, name);
    return object && pod_of(object)->node == node;
}

}  // namespace skiff::apiserver
