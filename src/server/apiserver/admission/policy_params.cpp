#include "server/apiserver/admission/policy_params.h"

#include "api/selector.h"
#include "server/apiserver/admission/plugin.h"

namespace skiff::apiserver {

Result<const api::KindInfo*> find_param_kind(const json::Value& param_kind, const api::KindRegistry& kinds) {
    if (!param_kind.is_object()) return nullptr;
    const std::string &api_version = param_kind["apiVersion"].as_string(), &name = param_kind["kind"].as_string();
    auto version = api::GroupVersion::parse(api_version);
    if (const api::KindInfo* kind = kinds.find(api::Gvk{version.group, version.version, name})) return kind;
    return error(Reason::BadRequest, "failed to find resource referenced by paramKind: '{}/{}, Kind={}'", version.group, version.version, name);
}

bool exempt_from_policies(const api::KindInfo& kind) {
    if (kind.gvk.group == "admissionregistration.k8s.io") return kind.gvk.kind.ends_with("AdmissionPolicy") || kind.gvk.kind.ends_with("AdmissionPolicyBinding");
    return !kind.storage && (kind.gvk.group == "authentication.k8s.io" || kind.gvk.group == "authorization.k8s.io");
}

Result<std::vector<api::TreePtr>> collect_params(const api::KindInfo* kind, const json::Value& ref, const std::string& request_ns, const Reader& reader) {
    if (!kind || !ref.is_object()) return std::vector<api::TreePtr>{nullptr};
    std::string ns;
    if (kind->scope == api::Scope::Namespaced) {
        ns = ref["namespace"].as_string().empty() ? request_ns : ref["namespace"].as_string();
        if (ns.empty()) return error(Reason::BadRequest, "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
    } else if (!ref["namespace"].as_string().empty()) {
        return error(Reason::BadRequest, "paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
    }
    std::vector<api::TreePtr> out;
    if (!ref["name"].as_string().empty()) {
        if (auto object = reader.get(kind->gvr(), ns, ref["name"].as_string())) out.push_back(object->tree());
    } else {
        auto selector = TRY(api::LabelSelector::from_object(ref["selector"]));
        for (const auto& object : reader.list(kind->gvr(), ns))
            if (selector.matches(object->meta().labels)) out.push_back(object->tree());
    }
    if (out.empty() && ref["parameterNotFoundAction"].as_string() == "Deny")
        return error(Reason::BadRequest, "no params found for policy binding with `Deny` parameterNotFoundAction");
    return out;
}

Result<api::TreePtr> namespace_of(const AdmissionRequest& request, const Reader& reader) {
    if (request.ns.empty() || is_namespace(request)) return api::TreePtr();
    auto ns = reader.get({"", "v1", "namespaces"}, "", request.ns);
    if (!ns) return error(Reason::NotFound, "namespaces \"{}\" not found", request.ns).with_details({"", "namespaces", request.ns, ""});
    return ns->tree();
}

}  // namespace skiff::apiserver
