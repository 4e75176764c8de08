// NodeRestriction: a node's identity (system:node:NAME in system:nodes) may change its own Node, pods bound to it, and their tokens only.
#include <array>

#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/authz/authorizer.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kUserPrefix = "system:node:";
constexpr std::string_view kNodesGroup = "system:nodes";
constexpr std::string_view kMirrorAnnotation = "kubernetes.io/config.mirror";
const api::Gvr kPods{"", "v1", "pods"}, kClaims{"", "v1", "persistentvolumeclaims"}, kVolumes{"", "v1", "persistentvolumes"}, kDrivers{"storage.k8s.io", "v1", "csidrivers"};

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
    NodeRestriction(const Reader& reader, const Core* core) : reader_(reader), core_(core) {}
    std::string_view name() const override { return "NodeRestriction"; }

    Status validate(const AdmissionRequest& request) override {
        if (request.user.name.rfind(kUserPrefix, 0) != 0 || !request.user.in_group(kNodesGroup)) return {};
        std::string node = request.user.name.substr(kUserPrefix.size());
        if (is_resource(request, "", "nodes")) return check_node(request, node);
        if (is_resource(request, "", "pods")) return request.subresource.empty() ? check_pod(request, node) : check_pod_part(request, node);
        if (is_resource(request, "", "persistentvolumeclaims")) return check_claim(request, node);
        if (is_resource(request, "coordination.k8s.io", "leases")) return check_lease(request, node);
        if (is_resource(request, "storage.k8s.io", "csinodes") && request.name != node)
            return refused(request, fmt::format("can only access CSINode with the same name as the requesting node"));
        if (is_resource(request, "", "serviceaccounts") && request.subresource == "token" && request.operation == Operation::Create) return check_token(request, node);
        if (is_resource(request, "resource.k8s.io", "resourceslices")) return check_slice(request, node);
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
        const bool update = request.operation == Operation::Update;
        if (!changed.empty())
            return refused(request, update ? fmt::format("is not allowed to modify labels: {}", changed) : fmt::format("node \"{}\" is not allowed to set the following labels: {}", node, changed));
        const json::Value& config = (*request.object)["spec"]["configSource"];
        if (!update && !config.is_null()) return refused(request, fmt::format("node \"{}\" is not allowed to create pods with a non-nil configSource", node));
        if (!config.is_null() && !(config == old["spec"]["configSource"])) return refused(request, fmt::format("node \"{}\" is not allowed to update configSource to a new non-nil configSource", node));
        if (!update) return {};
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
        TRY(check_owner(request, pod["metadata"]["ownerReferences"], node));
        if (std::string_view what = referenced(pod["spec"]); !what.empty()) return refused(request, fmt::format("node \"{}\" can not create pods that reference {}", node, what));
        return {};
    }

    Status check_owner(const AdmissionRequest& request, const json::Value& owners, const std::string& node) const {
        auto only = [&](std::string_view what) { return refused(request, fmt::format("node \"{}\" {}", node, what)); };
        if (owners.size() > 1) return only("can only create pods with a single owner reference set to itself");
        const json::Value& owner = owners[0];
        if (owner["apiVersion"].as_string() != "v1" || owner["kind"].as_string() != "Node" || owner["name"].as_string() != node) return only("can only create pods with an owner reference set to itself");
        if (!owner["controller"].as_bool()) return only("can only create pods with a controller owner reference set to itself");
        if (owner["blockOwnerDeletion"].as_bool()) return only("must not set blockOwnerDeletion on an owner reference");
        api::ObjectPtr object = reader_.get({"", "v1", "nodes"}, "", node);
        if (!object) return error(Reason::NotFound, "node \"{}\" not found", node).with_details({"", "node", node, ""});
        const std::string& uid = owner["uid"].as_string();
        return uid == object->meta().uid ? Status() : refused(request, fmt::format("node {} UID mismatch: expected {} got {}", node, uid, object->meta().uid));
    }

    // What of the API the pod needs, in Kubernetes' words; "": nothing. Secrets are the service account plugin's business as well.
    static std::string_view referenced(const json::Value& spec) {
        if (!spec["serviceAccountName"].as_string().empty()) return "serviceaccounts";
        for (std::string_view list : {"initContainers", "containers"})
            for (const json::Value& container : spec[list].items()) {
                for (const json::Value& env : container["env"].items())
                    if (env["valueFrom"].has("configMapKeyRef")) return "configmaps";
                for (const json::Value& env : container["envFrom"].items())
                    if (env.has("configMapRef")) return "configmaps";
            }
        if (spec["resourceClaims"].size() > 0) return "resourceclaims";
        constexpr std::pair<std::string_view, std::string_view> kSources[] = {
            {"configMap", "configmaps (via configmap volumes)"}, {"secret", "secrets (via secret volumes)"}, {"csi", "csidrivers (via CSI volumes)"}, {"glusterfs", "endpoints (via glusterFS volumes)"},
            {"persistentVolumeClaim", "persistentvolumeclaims"}, {"ephemeral", "persistentvolumeclaims (via ephemeral volumes)"}, {"azureFile", "secrets (via azureFile volumes)"}};
        constexpr std::pair<std::string_view, std::string_view> kProjected[] = {
            {"configMap", "configmaps (via projected volumes)"}, {"secret", "secrets (via projected volumes)"}, {"serviceAccountToken", "serviceaccounts (via projected volumes)"}, {"clusterTrustBundle", "clustertrustbundles"}, {"podCertificate", "podcertificates"}};
        for (const json::Value& volume : spec["volumes"].items()) {
            for (const auto& [source, what] : kSources)
                if (volume.has(source)) return what;
            for (const json::Value& part : volume["projected"]["sources"].items())
                for (const auto& [source, what] : kProjected)
                    if (part.has(source)) return what;
        }
        return {};
    }

    // What its volumes have become.
    static Status check_claim(const AdmissionRequest& request, const std::string& node) {
        if (request.subresource != "status") return refused(request, "may only update PVC status");
        if (request.object == nullptr || request.old_object == nullptr) return {};
        auto rest = [](json::Value claim) {
            for (auto field : {"resourceVersion", "managedFields"}) claim.mut("metadata").erase(field);
            for (auto field : {"capacity", "conditions", "allocatedResourceStatuses", "allocatedResources"}) claim.mut("status").erase(field);
            return claim;
        };
        if (rest(*request.object) == rest(*request.old_object)) return {};
        return refused(request, fmt::format("node \"{}\" is not allowed to update fields other than status.quantity and status.conditions", node));
    }

    // Tokens are for the pods that run on the node, for those who such a pod says that it talks to.
    Status check_token(const AdmissionRequest& request, const std::string& node) const {
        const json::Value& ref = (*request.object)["spec"]["boundObjectRef"];
        const std::string &name = ref["name"].as_string(), &uid = ref["uid"].as_string();
        if (ref["apiVersion"].as_string() != "v1" || ref["kind"].as_string() != "Pod" || name.empty()) return refused(request, "node requested token not bound to a pod");
        if (uid.empty()) return refused(request, "node requested token with a pod binding without a uid");
        api::ObjectPtr pod = reader_.get(kPods, request.ns, name);
        if (!pod) return error(Reason::NotFound, "pod \"{}\" not found", name).with_details({"", "pod", name, ""});
        if (uid != pod->meta().uid)
            return refused(request, fmt::format("the UID in the bound object reference ({}) does not match the UID in record. The object might have been deleted and then recreated", uid));
        api::TreePtr tree = pod->tree();
        if ((*tree)["spec"]["nodeName"].as_string() != node) return refused(request, "node requested token bound to a pod scheduled on a different node");
        const json::Value& audiences = (*request.object)["spec"]["audiences"];
        if (audiences.size() > 1) return refused(request, "node may only request 0 or 1 audiences");
        const std::string audience = audiences.size() ? audiences[0].as_string() : "";
        if (talks_to(*tree, request.ns, audience) || may_ask_for(request, audience)) return {};
        return refused(request, fmt::format("audience \"{}\" not found in pod spec volume, {} is not authorized to request tokens for this audience", audience, request.user.name));
    }

    bool talks_to(const json::Value& pod, const std::string& ns, const std::string& audience) const {
        for (const json::Value& volume : pod["spec"]["volumes"].items()) {
            for (const json::Value& source : volume["projected"]["sources"].items())
                if (source.has("serviceAccountToken") && source["serviceAccountToken"]["audience"].as_string() == audience) return true;
            std::string driver = volume["csi"]["driver"].as_string();
            std::string claim = volume["persistentVolumeClaim"]["claimName"].as_string();
            if (volume.has("ephemeral")) claim = pod["metadata"]["name"].as_string() + "-" + volume["name"].as_string();
            if (!claim.empty()) driver = driver_of(ns, claim);
            if (driver.empty()) continue;
            api::ObjectPtr object = reader_.get(kDrivers, "", driver);
            if (!object) continue;
            for (const json::Value& wanted : (*object->tree())["spec"]["tokenRequests"].items())
                if (wanted["audience"].as_string() == audience) return true;
        }
        return false;
    }

    std::string driver_of(const std::string& ns, const std::string& claim) const {
        api::ObjectPtr object = reader_.get(kClaims, ns, claim);
        api::ObjectPtr volume = object ? reader_.get(kVolumes, "", (*object->tree())["spec"]["volumeName"].as_string()) : nullptr;
        return volume ? (*volume->tree())["spec"]["csi"]["driver"].as_string() : std::string();
    }

    bool may_ask_for(const AdmissionRequest& request, const std::string& audience) const {
        if (core_ == nullptr || !core_->authorizer) return false;
        Attributes question;
        question.user = request.user;
        question.verb = "request-serviceaccounts-token-audience";
        question.ns = request.ns;
        question.version = "v1";
        question.resource = audience;
        question.name = request.name;
        question.resource_request = true;
        return core_->authorizer->authorize(question).kind == Verdict::Kind::Allow;
    }

    static Status check_slice(const AdmissionRequest& request, const std::string& node) {
        const bool created = request.operation == Operation::Create;
        const json::Value* slice = created ? request.object : request.operation == Operation::Delete ? request.old_object : nullptr;
        if (slice == nullptr || (*slice)["spec"]["nodeName"].as_string() == node) return {};
        return refused(request, fmt::format("can only {} ResourceSlice with the same NodeName as the requesting node", created ? "create" : "delete"));
    }

    Status check_pod_part(const AdmissionRequest& request, const std::string& node) const {
        if (request.subresource != "status" && request.subresource != "eviction") return refused(request, fmt::format("unexpected pod subresource \"{}\", only 'status' and 'eviction' are allowed", request.subresource));
        api::ObjectPtr pod = reader_.get(kPods, request.ns, request.name);
        if (pod && request.subresource == "eviction" && (*pod->tree())["spec"]["nodeName"].as_string() != node)
            return refused(request, fmt::format("node {} can only evict pods with spec.nodeName set to itself", node));
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
    const Core* core_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_node_restriction(const Reader& reader, const Core* core) { return std::make_unique<NodeRestriction>(reader, core); }

}  // namespace skiff::apiserver
