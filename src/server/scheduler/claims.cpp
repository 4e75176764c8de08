#include "server/scheduler/claims.h"

#include <algorithm>

#include "api/quantity.h"

namespace skiff::scheduler {

namespace {

using api::Gvr;

const Gvr kClaims{"", "v1", "persistentvolumeclaims"}, kVolumes{"", "v1", "persistentvolumes"}, kClasses{"storage.k8s.io", "v1", "storageclasses"},
    kCsiNodes{"storage.k8s.io", "v1", "csinodes"};
constexpr std::string_view kSelectedNode = "volume.kubernetes.io/selected-node";

bool has_modes(const json::Value& have, const json::Value& wanted) {
    return std::all_of(wanted.items().begin(), wanted.items().end(),
                       [&](const json::Value& mode) { return std::find(have.items().begin(), have.items().end(), mode) != have.items().end(); });
}

// A volume that the binder would take for the claim, were the node right.
bool suits(const json::Value& volume, const json::Value& claim) {
    const auto& spec = volume["spec"];
    const auto& wanted = claim["spec"];
    const auto& reference = spec["claimRef"];
    if (reference.is_object())
        return reference["name"] == claim["metadata"]["name"] && reference["namespace"] == claim["metadata"]["namespace"];
    if (spec["storageClassName"].as_string() != wanted["storageClassName"].as_string()) return false;
    if (spec["volumeMode"].as_string("Filesystem") != wanted["volumeMode"].as_string("Filesystem")) return false;
    if (!has_modes(spec["accessModes"], wanted["accessModes"])) return false;
    auto quantity = [](const json::Value& v) { return api::Quantity::parse_or_zero(v.as_string()); };
    if (quantity(spec["capacity"]["storage"]) < quantity(wanted["resources"]["requests"]["storage"])) return false;
    if (wanted["selector"].is_null()) return true;
    auto selector = api::LabelSelector::from_object(wanted["selector"]);
    return selector.ok() && selector->matches(volume["metadata"]["labels"]);
}

// allowedTopologies of a class: terms of label values, any of which must hold.
std::vector<NodeTerm> read_topologies(const json::Value& topologies) {
    std::vector<NodeTerm> terms;
    for (const auto& topology : topologies.items()) {
        NodeTerm term;
        for (const auto& item : topology["matchLabelExpressions"].items()) {
            api::LabelRequirement requirement;
            requirement.key = item["key"].as_string();
            requirement.op = api::LabelRequirement::Operator::In;
            for (const auto& value : item["values"].items()) requirement.values.push_back(value.as_string());
            std::sort(requirement.values.begin(), requirement.values.end());
            term.labels.push_back(std::move(requirement));
        }
        terms.push_back(std::move(term));
    }
    return terms;
}

// Where a volume is, by its labels; several values are joined by two underscores.
std::vector<std::pair<std::string, std::vector<std::string>>> read_zones(const api::Meta& meta) {
    std::vector<std::pair<std::string, std::vector<std::string>>> zones;
    for (const char* key : {"topology.kubernetes.io/zone", "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"}) {
        const auto* text = meta.find_label(key);
        if (!text) continue;
        std::vector<std::string> values;
        for (size_t at = 0; at <= text->size();) {
            const size_t end = std::min(text->find("__", at), text->size());
            values.push_back(text->substr(at, end - at));
            at = end + 2;
        }
        zones.emplace_back(key, std::move(values));
    }
    return zones;
}

}  // namespace

std::optional<int64_t> Claims::volume_limit(const std::string& node, const std::string& driver) const {
    auto info = csi_nodes_->get("", node);
    if (!info) return std::nullopt;
    const auto tree = info->tree();
    for (const auto& item : (*tree)["spec"]["drivers"].items())
        if (item["name"].as_string() == driver && item["allocatable"]["count"].is_int()) return item["allocatable"]["count"].as_int();
    return std::nullopt;
}

Claims::Claims(reconcile::InformerFactory& informers)
    : claims_(informers.informer(kClaims)), volumes_(informers.informer(kVolumes)), classes_(informers.informer(kClasses)),
      csi_nodes_(informers.informer(kCsiNodes)), inputs_{claims_, volumes_, classes_, csi_nodes_} {}

ClaimState Claims::state(const std::string& ns, const std::string& name) const {
    ClaimState state;
    auto claim = claims_->get(ns, name);
    if (!claim) return state;
    if (claim->meta().deleting()) {
        state.kind = ClaimState::Kind::Deleting;
        return state;
    }
    auto tree = claim->tree();
    for (const auto& mode : (*tree)["spec"]["accessModes"].items()) state.one_pod = state.one_pod || mode.as_string() == "ReadWriteOncePod";
    const auto& volume_name = (*tree)["spec"]["volumeName"].as_string();
    if ((*tree)["status"]["phase"].as_string() == "Lost") {
        state.kind = ClaimState::Kind::Lost;
        state.volume = volume_name;
    } else if (!volume_name.empty() && !claim->meta().annotation("pv.kubernetes.io/bind-completed").empty()) {
        auto volume = volumes_->get("", volume_name);
        state.kind = volume ? ClaimState::Kind::Bound : ClaimState::Kind::Lost;
        state.volume = volume_name;
        if (volume) {
            auto volume_tree = volume->tree();
            const auto& required = (*volume_tree)["spec"]["nodeAffinity"]["required"];
            state.has_node_affinity = required.is_object();
            if (state.has_node_affinity) state.node_terms = node_terms(required);
            state.zones = read_zones(volume->meta());
            const auto& csi = (*volume_tree)["spec"]["csi"];
            state.driver = csi["driver"].as_string();
            state.handle = csi["volumeHandle"].as_string();
        }
    } else {
        auto storage_class = classes_->get("", (*tree)["spec"]["storageClassName"].as_string());
        const bool waits = storage_class && (*storage_class->tree())["volumeBindingMode"].as_string() == "WaitForFirstConsumer";
        state.kind = waits ? ClaimState::Kind::WaitForFirstConsumer : ClaimState::Kind::UnboundImmediate;
        if (waits) {
            auto class_tree = storage_class->tree();
            state.driver = (*class_tree)["provisioner"].as_string();
            state.handle = "claim " + ns + "/" + name;
            state.provisioned = (*class_tree)["provisioner"].as_string() != "kubernetes.io/no-provisioner";
            state.allowed_topologies = read_topologies((*class_tree)["allowedTopologies"]);
            for (const auto& volume : volumes_->list()) {
                auto volume_tree = volume->tree();
                if (volume->meta().deleting() || !suits(*volume_tree, *tree)) continue;
                const auto& required = (*volume_tree)["spec"]["nodeAffinity"]["required"];
                state.candidates.push_back({volume->meta().name, required.is_object() ? node_terms(required) : std::vector<NodeTerm>{}, required.is_object()});
            }
        }
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
        // As it was when the node was chosen: a stale choice must not replace one that a provisioner works for already.
        patch.mut("metadata").set("resourceVersion", std::to_string(claim->meta().resource_version));
        patch.mut("metadata").mut("annotations").set(kSelectedNode, node);
        TRY(client.patch(kClaims, pod.ns, name, client::PatchType::Merge, patch));
    }
    return bound;
}

}  // namespace skiff::scheduler
