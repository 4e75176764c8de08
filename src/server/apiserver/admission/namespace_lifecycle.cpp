// NamespaceLifecycle: nothing is made in a namespace that is missing or going away; the system's namespaces stay.
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kNamespaces{"", "v1", "namespaces"};

class NamespaceLifecycle : public AdmissionPlugin {
public:
    explicit NamespaceLifecycle(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "NamespaceLifecycle"; }

    Status mutate(AdmissionRequest& request) override {
        if (is_resource(request, "", "namespaces")) return check_namespace(request);
        if (request.operation != Operation::Create || request.ns.empty()) return {};
        // Access reviews ask about namespaces that need not exist.
        if (request.kind.gvk.group == "authorization.k8s.io") return {};
        api::ObjectPtr ns = reader_.get(kNamespaces, "", request.ns);
        if (!ns) return error(Reason::NotFound, "namespaces \"{}\" not found", request.ns).with_details({"", "namespaces", request.ns, ""});
        if (!ns->meta().deleting()) return {};
        std::string why = fmt::format("unable to create new content in namespace {} because it is being terminated", request.ns);
        return refused(request, why).with_cause({"NamespaceTerminating", fmt::format("namespace {} is being terminated", request.ns), "metadata.namespace"});
    }

private:
    static Status check_namespace(const AdmissionRequest& request) {
        if (request.operation != Operation::Delete) return {};
        if (request.name == "default" || request.name == "kube-system" || request.name == "kube-public") return refused(request, "this namespace may not be deleted");
        return {};
    }
    const Reader& reader_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_namespace_lifecycle(const Reader& reader) { return std::make_unique<NamespaceLifecycle>(reader); }

}  // namespace skiff::apiserver
