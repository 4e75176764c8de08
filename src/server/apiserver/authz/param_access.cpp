#include "server/apiserver/authz/param_access.h"

#include <algorithm>

#include <fmt/core.h>

#include "api/validation.h"
#include "base/strings.h"

namespace skiff::apiserver {
namespace {

// As Go prints the user: &{name uid [groups] map[extra]}.
std::string shown(const User& user) {
    std::string extra;
    for (const auto& [key, values] : user.extra) extra += fmt::format("{}{}:[{}]", extra.empty() ? "" : " ", key, join(values, " "));
    return fmt::format("&{{{} {} [{}] map[{}]}}", user.name, user.uid, join(user.groups, " "), extra);
}

class ParamAccessCheck : public AdmissionPlugin {
public:
    ParamAccessCheck(const api::KindRegistry& kinds, const Reader& reader, std::shared_ptr<const Authorizer> authorizer) : kinds_(kinds), reader_(reader), authorizer_(std::move(authorizer)) {}
    std::string_view name() const override { return "PolicyParameterAccess"; }

    Status validate(const AdmissionRequest& request) override {
        const api::KindInfo& kind = request.kind;
        if (kind.gvk.group != "admissionregistration.k8s.io" || !request.object || request.operation == Operation::Delete || !request.subresource.empty() || request.user.in_group(kMasters)) return {};
        const json::Value& spec = (*request.object)["spec"];
        const bool policy = kind.gvk.kind.ends_with("AdmissionPolicy"), binding = kind.gvk.kind.ends_with("AdmissionPolicyBinding");
        const char* field = policy ? "paramKind" : "paramRef";
        if ((!policy && !binding) || !spec[field].is_object()) return {};
        if (policy && request.old_object && (*request.old_object)["spec"][field] == spec[field]) return {};
        std::string why = policy ? check_policy(request, spec[field]) : check_binding(request, spec);
        if (why.empty()) return {};
        api::FieldErrors errors;
        errors.forbidden(api::FieldPath("spec").child(field), why);
        return errors.to_status(kind.gvk.group, kind.gvk.kind, request.name);
    }

private:
    // The narrowest thing that is known to be read: everything, a version of a group, a resource.
    Attributes about(const AdmissionRequest& request, const json::Value& param_kind) const {
        Attributes a = Attributes::of_resource(request.user, "", {"*", "*", "*"});
        if (!param_kind.is_object()) return a;
        auto version = api::GroupVersion::parse(param_kind["apiVersion"].as_string());
        a.group = version.group;
        a.version = version.version;
        if (const auto* kind = kinds_.find(api::Gvk{version.group, version.version, param_kind["kind"].as_string()})) a.resource = kind->plural;
        return a;
    }

    bool allowed(const Attributes& a) const { return authorizer_->authorize(a).kind == Verdict::Kind::Allow; }

    std::string check_policy(const AdmissionRequest& request, const json::Value& param_kind) const {
        Attributes a = about(request, param_kind);
        a.verb = "get";
        a.name = a.ns = "*";
        if (allowed(a)) return {};
        return fmt::format("user {} must have \"get\" permission on all objects of the referenced paramKind (kind={}, apiVersion={})", shown(request.user), param_kind["kind"].as_string(),
                           param_kind["apiVersion"].as_string());
    }

    std::string check_binding(const AdmissionRequest& request, const json::Value& spec) const {
        const bool mutating = request.kind.gvk.kind.starts_with("Mutating");
        const std::string& name = spec["policyName"].as_string();
        auto policy = reader_.get({"admissionregistration.k8s.io", mutating ? "v1beta1" : "v1", mutating ? "mutatingadmissionpolicies" : "validatingadmissionpolicies"}, "", name);
        auto tree = policy ? policy->tree() : nullptr;
        static const json::Value kNone;
        Attributes a = about(request, tree ? (*tree)["spec"]["paramKind"] : kNone);
        a.name = spec["paramRef"]["name"].as_string();
        a.ns = spec["paramRef"]["namespace"].as_string();
        a.verb = a.name.empty() ? "list" : "get";
        if (allowed(a)) return {};
        std::string user = shown(request.user);
        if (!policy)
            return fmt::format("unable to get policy {} to determine minimum required permissions and user {} does not have \"{}\" permission for all groups, versions and resources", name, user, a.verb);
        if (a.group != "*" && a.resource == "*")
            return fmt::format("unable to resolve paramKind &ParamKind{{APIVersion:{},Kind:{},}} to determine minimum required permissions and user {} does not have \"{}\" permission for all groups, versions and resources",
                               (*tree)["spec"]["paramKind"]["apiVersion"].as_string(), (*tree)["spec"]["paramKind"]["kind"].as_string(), user, a.verb);
        // Kubernetes puts the words in this order for mutating policies.
        if (mutating) std::swap(user, a.verb);
        return fmt::format("user {} does not have \"{}\" permission on the object referenced by paramRef", user, a.verb);
    }

    const api::KindRegistry& kinds_;
    const Reader& reader_;
    std::shared_ptr<const Authorizer> authorizer_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_param_access_check(const api::KindRegistry& kinds, const Reader& reader, std::shared_ptr<const Authorizer> authorizer) {
    return std::make_unique<ParamAccessCheck>(kinds, reader, std::move(authorizer));
}

}  // namespace skiff::apiserver
