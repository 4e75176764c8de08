// What Kubernetes' strategies of resource.k8s.io do beyond one object: administrators' access needs a label on the namespace, and status of devices
// goes with their allocation.
#include "api/kinds/validate_device.h"
#include "api/validation.h"
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

using api::FieldErrors;
using api::FieldPath;

const api::Gvr kNamespaces{"", "v1", "namespaces"};
constexpr std::string_view kAdminLabel = "resource.kubernetes.io/admin-access";

size_t first_admin(const json::Value& list, bool requests) {
    for (size_t i = 0; i < list.size(); ++i)
        if ((requests ? list[i]["exactly"] : list[i])["adminAccess"].as_bool()) return i;
    return list.size();
}

class DeviceClaims : public AdmissionPlugin {
public:
    explicit DeviceClaims(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "DeviceClaims"; }

    Status mutate(AdmissionRequest& request) override {
        if (request.subresource != "status" || !is_resource(request, "resource.k8s.io", "resourceclaims") || !request.object || !request.old_object) return {};
        if ((*request.object)["status"].is_object()) api::kinds::drop_stale_device_status(request.object->mut("status"), (*request.old_object)["status"]);
        return {};
    }

    Status validate(const AdmissionRequest& request) override {
        if (request.kind.gvk.group != "resource.k8s.io" || !request.object || request.operation == Operation::Delete) return {};
        const json::Value& object = *request.object;
        FieldErrors errors;
        if (request.subresource == "status") check_status(request, errors);
        // The spec of claims and templates never changes.
        else if (!request.old_object && request.kind.plural == "resourceclaims") check_claim(request, object["spec"], errors);
        else if (!request.old_object && request.kind.plural == "resourceclaimtemplates") check_claim(request, object["spec"]["spec"], errors);
        if (errors.empty()) return {};
        return errors.to_status(request.kind.gvk.group, request.kind.gvk.kind, object["metadata"]["name"].as_string());
    }

private:
    void check_claim(const AdmissionRequest& request, const json::Value& spec, FieldErrors& errors) const {
        const json::Value& requests = spec["devices"]["requests"];
        // Kubernetes names this path for templates too.
        if (const size_t i = first_admin(requests, true); i < requests.size())
            need_label(request, FieldPath("spec").child("devices").child("requests").index(i).child("adminAccess"), errors);
    }

    void check_status(const AdmissionRequest& request, FieldErrors& errors) const {
        auto results_of = [](const json::Value& claim) -> const json::Value& { return claim["status"]["allocation"]["devices"]["results"]; };
        const json::Value &results = results_of(*request.object), &old = results_of(*request.old_object);
        if (const size_t i = first_admin(results, false); i < results.size() && first_admin(old, false) == old.size())
            need_label(request, FieldPath("status").child("allocation").child("devices").child("results").index(i).child("adminAccess"), errors);
    }

    void need_label(const AdmissionRequest& request, const FieldPath& path, FieldErrors& errors) const {
        const api::ObjectPtr found = reader_.get(kNamespaces, "", request.ns);
        if (!found || found->meta().label(kAdminLabel) != "true")
            errors.forbidden(path, "admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace");
    }

    const Reader& reader_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_device_claims(const Reader& reader) { return std::make_unique<DeviceClaims>(reader); }

}  // namespace skiff::apiserver
