#include "server/apiserver/admission/node_pods.h"

#include "base/strings.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kMirrorAnnotation = "kubernetes.io/config.mirror";
const api::Gvr kNodes{"", "v1", "nodes"}, kClaims{"", "v1", "persistentvolumeclaims"}, kVolumes{"", "v1", "persistentvolumes"}, kDrivers{"storage.k8s.io", "v1", "csidrivers"};
constexpr const char* kContainerLists[] = {"initContainers", "containers", "ephemeralContainers"};

Result<std::string> refused_owner(const Reader& reader, const json::Value& owners, const std::string& node) {
    auto only = [&](std::string_view what) { return fmt::format("node \"{}\" {}", node, what); };
    if (owners.size() > 1) return only("can only create pods with a single owner reference set to itself");
    const json::Value& owner = owners[0];
    if (owner["apiVersion"].as_string() != "v1" || owner["kind"].as_string() != "Node" || owner["name"].as_string() != node) return only("can only create pods with an owner reference set to itself");
    if (!owner["controller"].as_bool()) return only("can only create pods with a controller owner reference set to itself");
    if (owner["blockOwnerDeletion"].as_bool()) return only("must not set blockOwnerDeletion on an owner reference");
    api::ObjectPtr object = reader.get(kNodes, "", node);
    if (!object) return error(Reason::NotFound, "node \"{}\" not found", node).with_details({"", "node", node, ""});
    const std::string& uid = owner["uid"].as_string();
    return uid == object->meta().uid ? std::string() : fmt::format("node {} UID mismatch: expected {} got {}", node, uid, object->meta().uid);
}

// Whether a container's environment takes from such an object.
bool environment_uses(const json::Value& spec, const char* key, const char* source) {
    for (const char* list : kContainerLists)
        for (const json::Value& container : spec[list].items()) {
            for (const json::Value& from : container["envFrom"].items())
                if (from.has(source)) return true;
            for (const json::Value& env : container["env"].items())
                if (env["valueFrom"].has(key)) return true;
        }
    return false;
}

bool uses_secrets(const json::Value& spec) {
    if (spec["imagePullSecrets"].size() > 0 || environment_uses(spec, "secretKeyRef", "secretRef")) return true;
    constexpr std::pair<const char*, const char*> kReferences[] = {{"cephfs", "secretRef"}, {"cinder", "secretRef"}, {"flexVolume", "secretRef"}, {"rbd", "secretRef"}, {"scaleIO", "secretRef"},
                                                                   {"iscsi", "secretRef"}, {"storageos", "secretRef"}, {"csi", "nodePublishSecretRef"}, {"azureFile", "secretName"}, {"secret", "secretName"}};
    for (const json::Value& volume : spec["volumes"].items()) {
        for (const auto& [source, field] : kReferences)
            if (volume[source].has(field)) return true;
        for (const json::Value& part : volume["projected"]["sources"].items())
            if (part.has("secret")) return true;
    }
    return false;
}

bool uses_config_maps(const json::Value& spec) {
    if (environment_uses(spec, "configMapKeyRef", "configMapRef")) return true;
    for (const json::Value& volume : spec["volumes"].items()) {
        if (volume.has("configMap")) return true;
        for (const json::Value& part : volume["projected"]["sources"].items())
            if (part.has("configMap")) return true;
    }
    return false;
}

// What of the API the pod needs, in Kubernetes' words; "": nothing.
std::string_view referenced(const json::Value& spec) {
    if (!spec["serviceAccountName"].as_string().empty()) return "serviceaccounts";
    if (uses_secrets(spec)) return "secrets";
    if (uses_config_maps(spec)) return "configmaps";
    if (spec["resourceClaims"].size() > 0) return "resourceclaims";
    constexpr std::pair<const char*, std::string_view> kSources[] = {{"secret", "secrets (via secret volumes)"}, {"csi", "csidrivers (via CSI volumes)"}, {"glusterfs", "endpoints (via glusterFS volumes)"},
        {"persistentVolumeClaim", "persistentvolumeclaims"}, {"ephemeral", "persistentvolumeclaims (via ephemeral volumes)"}, {"azureFile", "secrets (via azureFile volumes)"}};
    constexpr std::pair<const char*, std::string_view> kProjected[] = {{"serviceAccountToken", "serviceaccounts (via projected volumes)"}, {"clusterTrustBundle", "clustertrustbundles"}, {"podCertificate", "podcertificates"}};
    for (const json::Value& volume : spec["volumes"].items()) {
        for (const auto& [source, what] : kSources)
            if (volume.has(source)) return what;
        for (const json::Value& part : volume["projected"]["sources"].items())
            for (const auto& [source, what] : kProjected)
                if (part.has(source)) return what;
    }
    return {};
}

Status missing(std::string_view resource, const std::string& name) { return error(Reason::NotFound, "{} \"{}\" not found", resource, name); }

Result<std::string> driver_of_claim(const Reader& reader, const std::string& ns, const std::string& name) {
    api::ObjectPtr claim = reader.get(kClaims, ns, name);
    if (!claim) return missing("persistentvolumeclaim", name);
    const std::string volume_name = (*claim->tree())["spec"]["volumeName"].as_string();
    api::ObjectPtr volume = reader.get(kVolumes, "", volume_name);
    if (!volume) return missing("persistentvolume", volume_name);
    return (*volume->tree())["spec"]["csi"]["driver"].as_string();
}

Result<bool> driver_wants(const Reader& reader, const json::Value& pod, const json::Value& volume, const std::string& audience) {
    std::string driver = volume["csi"]["driver"].as_string();
    std::string claim = volume["persistentVolumeClaim"]["claimName"].as_string();
    const json::Value& meta = pod["metadata"];
    if (volume["ephemeral"].has("volumeClaimTemplate")) claim = meta["name"].as_string() + "-" + volume["name"].as_string();
    if (!claim.empty()) driver = TRY(driver_of_claim(reader, meta["namespace"].as_string(), claim));
    if (driver.empty()) return false;
    api::ObjectPtr object = reader.get(kDrivers, "", driver);
    if (!object) return missing("csidriver.storage.k8s.io", driver);
    const api::TreePtr tree = object->tree();
    for (const json::Value& wanted : (*tree)["spec"]["tokenRequests"].items())
        if (wanted["audience"].as_string() == audience) return true;
    return false;
}

}  // namespace

Result<std::string> refused_mirror_pod(const Reader& reader, const json::Value& pod, const std::string& node) {
    if (!pod["metadata"]["annotations"].has(kMirrorAnnotation)) return fmt::format("pod does not have \"{}\" annotation, node \"{}\" can only create mirror pods", kMirrorAnnotation, node);
    if (pod["spec"]["nodeName"].as_string() != node) return fmt::format("node \"{}\" can only create pods with spec.nodeName set to itself", node);
    std::string why = TRY(refused_owner(reader, pod["metadata"]["ownerReferences"], node));
    if (std::string_view what = referenced(pod["spec"]); why.empty() && !what.empty()) why = fmt::format("node \"{}\" can not create pods that reference {}", node, what);
    return why;
}

Result<bool> talks_to(const Reader& reader, const json::Value& pod, const std::string& audience) {
    std::vector<std::string> errors;
    for (const json::Value& volume : pod["spec"]["volumes"].items()) {
        for (const json::Value& source : volume["projected"]["sources"].items())
            if (source.has("serviceAccountToken") && source["serviceAccountToken"]["audience"].as_string() == audience) return true;
        auto wants = driver_wants(reader, pod, volume, audience);
        if (wants.ok() && *wants) return true;
        if (!wants.ok()) errors.emplace_back(wants.status().message());
    }
    if (errors.empty()) return false;
    const std::string all = join(errors, ", ");
    return Status(Reason::NotFound, errors.size() > 1 ? "[" + all + "]" : all);
}

}  // namespace skiff::apiserver
