// OwnerReferencesPermissionEnforcement: whoever changes an object's owners must be allowed to delete it, and whoever blocks an owner's
// deletion to set that owner's finalizers.
#include <algorithm>

#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {
namespace {

std::vector<const json::Value*> newly_blocking(const json::Value& now, const json::Value& before) {
    std::vector<const json::Value*> out;
    for (const json::Value& owner : now.items()) {
        if (!owner["blockOwnerDeletion"].as_bool()) continue;
        const bool was = std::any_of(before.items().begin(), before.items().end(), [&](const json::Value& o) { return o["uid"] == owner["uid"] && o["blockOwnerDeletion"].as_bool(); });
        if (!was) out.push_back(&owner);
    }
    return out;
}

class OwnerPermissions : public AdmissionPlugin {
public:
    explicit OwnerPermissions(Core& core) : core_(core) {}
    std::string_view name() const override { return "OwnerReferencesPermissionEnforcement"; }

    Status validate(const AdmissionRequest& request) override {
        if (request.object == nullptr || request.operation == Operation::Connect || !core_.authorizer) return {};
        // The status of a pod cannot change its owners.
        if (is_resource(request, "", "pods") && request.subresource == "status") return {};
        static const json::Value kNone;
        const json::Value& now = (*request.object)["metadata"]["ownerReferences"];
        const json::Value& before = request.old_object ? (*request.old_object)["metadata"]["ownerReferences"] : kNone;
        if (now == before || (now.size() == 0 && before.size() == 0)) return {};
        if (request.operation != Operation::Create) {
            const Verdict verdict = may(request, request.kind, "delete", request.ns, request.subresource, request.name);
            if (verdict.kind != Verdict::Kind::Allow) return refused(request, fmt::format("cannot set an ownerRef on a resource you can't delete: {}, <nil>", verdict.reason));
        }
        const auto blocking = newly_blocking(now, before);
        if (blocking.empty() || may_finalize_all(request)) return {};
        for (const json::Value* owner : blocking) TRY(check_owner(request, *owner));
        return {};
    }

private:
    Verdict may(const AdmissionRequest& request, const api::KindInfo& kind, const char* verb, const std::string& ns, const std::string& subresource, const std::string& name) const {
        Attributes attributes = Attributes::of_resource(request.user, verb, kind.gvr(), ns, name);
        attributes.subresource = subresource;
        return core_.authorizer->authorize(attributes);
    }
    bool may_finalize_all(const AdmissionRequest& request) const {
        api::KindInfo any;
        any.gvk = {"*", "*", ""};
        any.plural = "*";
        return may(request, any, "update", "", "finalizers", "*").kind == Verdict::Kind::Allow;
    }
    Status check_owner(const AdmissionRequest& request, const json::Value& owner) const {
        const std::string &version = owner["apiVersion"].as_string(), &kind_name = owner["kind"].as_string();
        const auto parsed = api::GroupVersion::parse(version);
        const api::Gvk gvk{parsed.group, parsed.version, kind_name};
        const api::KindInfo* kind = core_.kinds.find(gvk);
        if (kind == nullptr)
            return refused(request, fmt::format("cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion {} Kind {}: no matches for kind \"{}\" in version \"{}\"", version, kind_name, kind_name, version));
        const Verdict verdict = may(request, *kind, "update", kind->scope == api::Scope::Namespaced ? request.ns : "", "finalizers", owner["name"].as_string());
        if (verdict.kind == Verdict::Kind::Allow) return {};
        return refused(request, fmt::format("cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: {}, <nil>", verdict.reason));
    }
    Core& core_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_owner_permissions(Core& core) { return std::make_unique<OwnerPermissions>(core); }

}  // namespace skiff::apiserver
