#include "server/scheduler/claims.h"

#include <algorithm>

namespace skiff::scheduler {

namespace {

using api::Gvr;

const Gvr kClaims{"", "v1", "persistentvolumeclaims"}, kVolumes{"", "v1", "persistentvolumes"}, kClasses{"storage.k8s.io", "v1", "storageclasses"};
constexpr std::string_view kSelectedNode = "volume.kubernetes.io/selected-node";

std::vector<NodeTerm> read_terms(const json::Value& required) {
    // A claim's pod reads node terms as a pod's required affinity does.
    auto pod = json::Value::object({{"metadata", json::Value::object({{"name", "x"}})}});
    pod.mut("spec").mut("affinity").mut("nodeAffinity").set("requiredDuringSchedulingIgnoredDuringExecution", required);
    return pod_info(api::Object::from_tree(std::move(pod)))->required_nodes;
}

}  // namespace

Claims::Claims(reconcile::InformerFactory& informers)
    : claims_(informers.informer(kClaims)), volumes_(informers.informer(kVolumes)), classes_(informers.informer(kClasses)), inputs_{claims_, volumes_, classes_} {}

ClaimState Claims::state(const std::string& ns, const std::string& name) const {
    ClaimState state;
    auto claim = claims_->get(ns, name);
    if (!claim) return state;
    if (claim->meta().deleting()) {
        state.kind = ClaimState::Kind::Deleting;
        return state;
    }
    auto tree = claim->tree();
    const auto& volume_name = (*tree)["spec"]["volumeName"].as_string();
    if ((*tree)["status"]["phase"].as_string() == "Lost") {
        state.kind = ClaimState::Kind::Lost;
    } else if (!volume_name.empty() && !claim->meta().annotation("pv.kubernetes.io/bind-completed").empty()) {
        auto volume = volumes_->get("", volume_name);
        state.kind = volume ? ClaimState::Kind::Bound : ClaimState::Kind::Lost;
        if (volume) {
            auto volume_tree = volume->tree();
            const auto& required = (*volume_tree)["spec"]["nodeAffinity"]["required"];
            state.has_node_affinity = required.is_object();
            if (state.has_node_affinity) state.node_terms = read_terms(required);
        }
    } else {
        auto storage_class = classes_->get("", (*tree)["spec"]["storageClassName"].as_string());
        const bool waits = storage_class && (*storage_class->tree())["volumeBindingMode"].as_string() == "WaitForFirstConsumer";
        state.kind = waits ? ClaimState::Kind::WaitForFirstConsumer : ClaimState::Kind::UnboundImmediate;
        // Told already: the provisioner works for that node.
        const auto& selected = claim->meta().annotation(kSelectedNode);
        if (waits && !selected.empty()) {
            state.kind = ClaimState::Kind::Bound;
            state.has_node_affinity = true;
            api::LabelRequirement requirement;
            requirement.key = "metadata.name";
            requirement.op = api::LabelRequirement::Operator::In;
            requirement.values = {selected};
            state.node_terms = {NodeTerm{{}, {requirement}, 0}};
        }
    }
    return state;
}

Result<bool> Claims::select_node(client::Client& client, const PodInfo& pod, const std::string& node) const {
    bool bound = true;
    for (const auto& name : pod.claims) {
        auto claim = claims_->get(pod.ns, name);
        if (!claim) return false;
        if (!claim->meta().annotation("pv.kubernetes.io/bind-completed").empty()) continue;
        bound = false;
        if (claim->meta().annotation(kSelectedNode) == node) continue;
        auto patch = json::Value::object();
        patch.mut("metadata").mut("annotations").set(kSelectedNode, node);
        TRY(client.patch(kClaims, pod.ns, name, client::PatchType::Merge, patch));
    }
    return bound;
}

}  // namespace skiff::scheduler
