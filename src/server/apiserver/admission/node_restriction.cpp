// NodeRestriction: a node's identity (system:node:NAME in system:nodes) may change its own Node, pods bound to it, and their tokens only.
#include <set>

#include "base/encoding.h"
#include "base/strings.h"
#include "json/member_index.h"
#include "pki/certificate.h"
#include "server/apiserver/admission/node_pods.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/authz/authorizer.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kUserPrefix = "system:node:";
constexpr std::string_view kNodesGroup = "system:nodes";
const api::Gvr kPods{"", "v1", "pods"};

// Labels that nodes may set themselves (KEP-279).
constexpr std::string_view kOwnLabels[] = {"kubernetes.io/hostname", "kubernetes.io/arch", "kubernetes.io/os", "beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type",
                                           "beta.kubernetes.io/arch", "beta.kubernetes.io/os", "topology.kubernetes.io/zone", "topology.kubernetes.io/region",
                                           "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"};

bool label_allowed(const std::string& key) {
    const size_t slash = key.find('/');
    const std::string domain = slash == std::string::npos ? "" : "." + key.substr(0, slash);
    if (domain.ends_with(".node-restriction.kubernetes.io")) return false;
    if (!domain.ends_with(".kubernetes.io") && !domain.ends_with(".k8s.io")) return true;
    for (std::string_view own : kOwnLabels)
        if (key == own) return true;
    return domain.ends_with(".kubelet.kubernetes.io") || domain.ends_with(".node.kubernetes.io");
}

// Those that differ and may not, sorted: "a, b".
std::string forbidden_labels(const json::Value& now, const json::Value& before) {
    std::set<std::string> changed;
    json::MemberIndex was(before), is(now);
    for (const json::Member& label : now.members())
        if (const json::Value* old = was.find(label.key); !(old && *old == label.value) && !label_allowed(label.key)) changed.insert(label.key);
    for (const json::Member& label : before.members())
        if (!is.has(label.key) && !label_allowed(label.key)) changed.insert(label.key);
    return join({changed.begin(), changed.end()}, ", ");
}

class NodeRestriction : public AdmissionPlugin {
public:
    NodeRestriction(const Reader& reader, const Core* core) : reader_(reader), core_(core) {}
    std::string_view name() const override { return "NodeRestriction"; }

    // It changes nothing, but answers before what changes something, as in Kubernetes.
    Status mutate(AdmissionRequest& request) override {
        if (!request.user.name.starts_with(kUserPrefix) || !request.user.in_group(kNodesGroup)) return {};
        const std::string node = request.user.name.substr(kUserPrefix.size());
        if (node.empty()) return refused(request, fmt::format("could not determine node from user \"{}\"", request.user.name));
        if (is_resource(request, "", "nodes")) return check_node(request, node);
        if (is_resource(request, "", "pods")) return request.subresource.empty() ? check_pod(request, node) : check_pod_part(request, node);
        if (is_resource(request, "", "persistentvolumeclaims")) return check_claim(request, node);
        if (is_resource(request, "coordination.k8s.io", "leases")) return check_lease(request, node);
        if (is_resource(request, "storage.k8s.io", "csinodes") && asked_name(request) != node) return refused(request, "can only access CSINode with the same name as the requesting node");
        if (is_resource(request, "", "serviceaccounts") && request.subresource == "token" && request.operation == Operation::Create) return check_token(request, node);
        if (is_resource(request, "resource.k8s.io", "resourceslices")) return check_slice(request, node);
        if (is_resource(request, "certificates.k8s.io", "certificatesigningrequests") && request.operation == Operation::Create) return check_certificate(request);
        return {};
    }

private:
    // Of what is created the name is in the object; what is generated has none yet.
    static std::string asked_name(const AdmissionRequest& request) {
        return request.operation == Operation::Create && request.object ? (*request.object)["metadata"]["name"].as_string() : request.name;
    }

    static Status check_node(const AdmissionRequest& request, const std::string& node) {
        const std::string asked = asked_name(request);
        if (asked != node) return refused(request, fmt::format("node \"{}\" is not allowed to modify node \"{}\"", node, asked));
        if (request.object == nullptr || request.operation == Operation::Delete) return {};
        static const json::Value kNone;
        const json::Value &object = *request.object, &old = request.old_object ? *request.old_object : kNone;
        auto cannot = [&](std::string_view what) { return refused(request, fmt::format("node \"{}\" is not allowed to {}", node, what)); };
        const json::Value& config = object["spec"]["configSource"];
        const std::string labels = forbidden_labels(object["metadata"]["labels"], old["metadata"]["labels"]);
        if (request.operation == Operation::Create) {
            if (!config.is_null()) return cannot("create pods with a non-nil configSource");
            return labels.empty() ? Status() : cannot("set the following labels: " + labels);
        }
        if (!config.is_null() && !(config == old["spec"]["configSource"])) return cannot("update configSource to a new non-nil configSource");
        if (!(object["spec"]["taints"] == old["spec"]["taints"])) return cannot("modify taints");
        if (!(object["metadata"]["ownerReferences"] == old["metadata"]["ownerReferences"])) return cannot("modify ownerReferences");
        return labels.empty() ? Status() : refused(request, "is not allowed to modify labels: " + labels);
    }

    // Only mirror pods of its own, and deletes of pods bound to it.
    Status check_pod(const AdmissionRequest& request, const std::string& node) const {
        if (request.operation == Operation::Create) {
            const std::string why = TRY(refused_mirror_pod(reader_, *request.object, node));
            return why.empty() ? Status() : refused(request, why);
        }
        if (request.operation != Operation::Delete) return refused(request, fmt::format("unexpected operation \"UPDATE\", node \"{}\" can only create and delete mirror pods", node));
        if (TRY(node_of_pod(request.ns, request.name)) == node) return {};
        return refused(request, fmt::format("node \"{}\" can only delete pods with spec.nodeName set to itself", node));
    }

    Result<std::string> node_of_pod(const std::string& ns, const std::string& name) const {
        api::ObjectPtr pod = reader_.get(kPods, ns, name);
        if (!pod) return error(Reason::NotFound, "pod \"{}\" not found", name).with_details({"", "pod", name, ""});
        return (*pod->tree())["spec"]["nodeName"].as_string();
    }

    Status check_pod_part(const AdmissionRequest& request, const std::string& node) const {
        if (request.subresource == "eviction") {
            if (TRY(node_of_pod(request.ns, request.name)) == node) return {};
            return refused(request, fmt::format("node {} can only evict pods with spec.nodeName set to itself", node));
        }
        if (request.subresource != "status") return refused(request, fmt::format("unexpected pod subresource \"{}\", only 'status' and 'eviction' are allowed", request.subresource));
        if (request.object == nullptr || request.old_object == nullptr) return {};
        const json::Value &now = *request.object, &old = *request.old_object;
        auto cannot = [&](std::string_view what) { return refused(request, fmt::format("node \"{}\" {}", node, what)); };
        if (old["spec"]["nodeName"].as_string() != node) return cannot("can only update pod status for pods with spec.nodeName set to itself");
        if (!(now["metadata"]["labels"] == old["metadata"]["labels"])) return cannot("cannot update labels through pod status");
        if (!(now["status"]["resourceClaimStatuses"] == old["status"]["resourceClaimStatuses"])) return cannot("cannot update resource claim statues");
        if (!(now["status"]["extendedResourceClaimStatus"] == old["status"]["extendedResourceClaimStatus"])) return cannot("cannot update extended resource claim status");
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
        const std::string bound_to = TRY(node_of_pod(request.ns, name));
        const api::ObjectPtr pod = reader_.get(kPods, request.ns, name);
        if (!pod || uid != pod->meta().uid)
            return refused(request, fmt::format("the UID in the bound object reference ({}) does not match the UID in record. The object might have been deleted and then recreated", uid));
        if (bound_to != node) return refused(request, "node requested token bound to a pod scheduled on a different node");
        const json::Value& audiences = (*request.object)["spec"]["audiences"];
        if (audiences.size() > 1) return refused(request, "node may only request 0 or 1 audiences");
        const std::string audience = audiences.size() ? audiences[0].as_string() : "";
        const auto talks = talks_to(reader_, *pod->tree(), audience);
        if (!talks.ok()) return refused(request, fmt::format("error validating audience \"{}\": {}", audience, talks.status().message()));
        if (*talks || may_ask_for(request, audience)) return {};
        return refused(request, fmt::format("audience \"{}\" not found in pod spec volume, {} is not authorized to request tokens for this audience", audience, request.user.name));
    }

    bool may_ask_for(const AdmissionRequest& request, const std::string& audience) const {
        if (core_ == nullptr || !core_->authorizer) return false;
        const auto question = Attributes::of_resource(request.user, "request-serviceaccounts-token-audience", {"", "v1", audience}, request.ns, request.name);
        return core_->authorizer->authorize(question).kind == Verdict::Kind::Allow;
    }

    static Status check_slice(const AdmissionRequest& request, const std::string& node) {
        const bool created = request.operation == Operation::Create;
        const json::Value* slice = created ? request.object : request.operation == Operation::Delete ? request.old_object : nullptr;
        if (slice == nullptr || (*slice)["spec"]["nodeName"].as_string() == node) return {};
        return refused(request, fmt::format("can only {} ResourceSlice with the same NodeName as the requesting node", created ? "create" : "delete"));
    }

    static Status check_lease(const AdmissionRequest& request, const std::string& node) {
        if (request.ns != "kube-node-lease") return refused(request, "can only access leases in the \"kube-node-lease\" system namespace");
        return asked_name(request) == node ? Status() : refused(request, "can only access node lease with the same name as the requesting node");
    }

    // A node asks for certificates of its own only.
    static Status check_certificate(const AdmissionRequest& request) {
        const json::Value& spec = (*request.object)["spec"];
        const std::string& signer = spec["signerName"].as_string();
        if (signer != "kubernetes.io/kube-apiserver-client-kubelet" && signer != "kubernetes.io/kubelet-serving") return {};
        const auto asked = pki::parse_csr(base64_decode(spec["request"].as_string()).value_or(""));
        if (!asked.ok()) return refused(request, fmt::format("unable to parse csr: {}", asked.status().message()));
        return asked->names.common_name == request.user.name ? Status() : refused(request, fmt::format("can only create a node CSR with CN={}", request.user.name));
    }

    const Reader& reader_;
    const Core* core_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_node_restriction(const Reader& reader, const Core* core) { return std::make_unique<NodeRestriction>(reader, core); }

}  // namespace skiff::apiserver
