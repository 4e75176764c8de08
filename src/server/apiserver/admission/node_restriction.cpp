// NodeRestriction: a node's identity (system:node:NAME in system:nodes) may change its own Node, pods bound to it, and their tokens only.
#include <array>

#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kUserPrefix = "system:node:";
constexpr std::string_view kNodesGroup = "system:nodes";
constexpr std::string_view kMirrorAnnotation = "kubernetes.io/config.mirror";
const api::Gvr kPods{"", "v1", "pods"};

// Labels that nodes may set themselves (KEP-279).
constexpr std::array<std::string_view, 8> kOwnLabels = {"kubernetes.io/hostname",           "kubernetes.io/arch",           "kubernetes.io/os",
                                                        "beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type", "topology.kubernetes.io/zone",
                                                        "topology.kubernetes.io/region",    "beta.kubernetes.io/os"};

bool label_allowed(const std::string& key) {
    size_t slash = key.find('/');
    std::string_view domain = slash == std::string::npos ? std::string_view() : std::string_view(key).substr(0, slash);
    auto under = [&](std::string_view suffix) {
        return domain == suffix || (domain.size() > suffix.size() && domain.substr(domain.size() - suffix.size() - 1) == "." + std::string(suffix));
    };
    if (under("node-restriction.kubernetes.io")) return false;
    if (!under("kubernetes.io") && !under("k8s.io")) return true;
    for (std::string_view own : kOwnLabels)
        if (key == own) return true;
    return under("kubelet.kubernetes.io") || under("node.kubernetes.io") || key.rfind("beta.kubernetes.io/", 0) == 0 || key.rfind("failure-domain.beta.kubernetes.io/", 0) == 0;
}

class NodeRestriction : public AdmissionPlugin {
public:
    explicit NodeRestriction(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "NodeRestriction"; }

    Status validate(const AdmissionRequest& request) override {
        if (request.user.name.rfind(kUserPrefix, 0) != 0 || !request.user.in_group(kNodesGroup)) return {};
        std::string node = request.user.name.substr(kUserPrefix.size());
        if (is_resource(request, "", "nodes")) return check_node(request, node);
        if (is_resource(request, "", "pods")) return request.subresource.empty() ? check_pod(request, node) : check_pod_part(request, node);
        if (is_resource(request, "coordination.k8s.io", "leases")) return check_lease(request, node);
        if (is_resource(request, "storage.k8s.io", "csinodes") && request.name != node)
            return refused(request, fmt::format("can only access CSINode with the same name as the requesting node"));
        return {};
    }

private:
    Status check_node(const AdmissionRequest& request, const std::string& node) const {
        if (request.name != node) return refused(request, fmt::format("node \"{}\" is not allowed to modify node \"{}\"", node, request.name));
        if (request.object == nullptr || request.operation == Operation::Delete) return {};
        const json::Value empty;
        const json::Value& labels = (*request.object)["metadata"]["labels"];
        const json::Value& old = request.old_object ? *request.old_object : empty;
        std::string changed;
        for (const json::Member& label : labels.members())
            if (!(old["metadata"]["labels"][label.key] == label.value) && !label_allowed(label.key)) changed += (changed.empty() ? "" : ", ") + label.key;
        for (const json::Member& label : old["metadata"]["labels"].members())
            if (!labels.has(label.key) && !label_allowed(label.key)) changed += (changed.empty() ? "" : ", ") + label.key;
        if (!changed.empty()) return refused(request, fmt::format("is not allowed to modify labels: {}", changed));
        if (request.operation != Operation::Update) return {};
        if (!((*request.object)["spec"]["taints"] == old["spec"]["taints"]) && request.subresource.empty())
            return refused(request, fmt::format("node \"{}\" is not allowed to modify taints", node));
        if (!((*request.object)["metadata"]["ownerReferences"] == old["metadata"]["ownerReferences"]))
            return refused(request, fmt::format("node \"{}\" is not allowed to modify ownerReferences", node));
        return {};
    }

    // Only mirror pods of its own, and deletes of pods bound to it.
    Status check_pod(const AdmissionRequest& request, const std::string& node) const {
        if (request.operation == Operation::Delete) {
            api::ObjectPtr pod = reader_.get(kPods, request.ns, request.name);
            if (pod && (*pod->tree())["spec"]["nodeName"].as_string() != node) return refused(request, fmt::format("node \"{}\" can only delete pods with spec.nodeName set to itself", node));
            return {};
        }
        if (request.operation != Operation::Create) return refused(request, fmt::format("unexpected operation \"UPDATE\", node \"{}\" can only create and delete mirror pods", node));
        const json::Value& pod = *request.object;
        if (!pod["metadata"]["annotations"].has(kMirrorAnnotation)) return refused(request, fmt::format("pod does not have \"{}\" annotation, node \"{}\" can only create mirror pods", kMirrorAnnotation, node));
        if (pod["spec"]["nodeName"].as_string() != node) return refused(request, fmt::format("node \"{}\" can only create pods with spec.nodeName set to itself", node));
        for (const json::Value& owner : pod["metadata"]["ownerReferences"].items())
            if (owner["apiVersion"].as_string() != "v1" || owner["kind"].as_string() != "Node" || owner["name"].as_string() != node)
                return refused(request, fmt::format("node \"{}\" can only create pods with an owner reference set to itself", node));
        if (!pod["spec"]["serviceAccountName"].as_string().empty()) return refused(request, fmt::format("node \"{}\" can not create pods that reference a service account", node));
        if (pod["spec"]["resourceClaims"].size() > 0) return refused(request, fmt::format("node \"{}\" can not create pods that reference resourceclaims", node));
        for (const json::Value& volume : pod["spec"]["volumes"].items())
            for (const char* source : {"secret", "configMap", "persistentVolumeClaim", "projected"})
                if (volume.has(source)) return refused(request, fmt::format("node \"{}\" can not create pods that reference {}s", node, source));
        return {};
    }

    Status check_pod_part(const AdmissionRequest& request, const std::string& node) const {
        if (request.subresource != "status" && request.subresource != "eviction") return refused(request, fmt::format("unexpected pod subresource \"{}\", only 'status' and 'eviction' are allowed", request.subresource));
        api::ObjectPtr pod = reader_.get(kPods, request.ns, request.name);
        if (pod && (*pod->tree())["spec"]["nodeName"].as_string() != node) return refused(request, fmt::format("node \"{}\" can only update pod status for pods with spec.nodeName set to itself", node));
        if (request.subresource != "status" || request.object == nullptr || request.old_object == nullptr) return {};
        if (!((*request.object)["metadata"]["labels"] == (*request.old_object)["metadata"]["labels"])) return refused(request, fmt::format("node \"{}\" cannot update labels through pod status", node));
        return {};
    }

    static Status check_lease(const AdmissionRequest& request, const std::string& node) {
        if (request.ns != "kube-node-lease") return refused(request, fmt::format("can only access leases in the \"kube-node-lease\" system namespace"));
        if (request.name != node) return refused(request, fmt::format("can only access node lease with the same name as the requesting node"));
        return {};
    }

    const Reader& reader_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_node_restriction(const Reader& reader) { return std::make_unique<NodeRestriction>(reader); }

}  // namespace skiff::apiserver
