// NamespaceLifecycle: nothing is made in a namespace that is missing or going away; the system's namespaces stay. NamespaceExists: nothing is
// changed in a missing one either. NamespaceAutoProvision: a missing one is made.
#include "server/apiserver/bootstrap.h"
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kNamespaces{"", "v1", "namespaces"};

Status no_namespace(const std::string& name) { return error(Reason::NotFound, "namespaces \"{}\" not found", name).with_details({"", "namespaces", name, ""}); }

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
        if (!ns) return no_namespace(request.ns);
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

class NamespaceExists : public AdmissionPlugin {
public:
    explicit NamespaceExists(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "NamespaceExists"; }
    Status validate(const AdmissionRequest& request) override {
        if (request.ns.empty() || is_namespace(request) || request.operation == Operation::Connect) return {};
        return reader_.get(kNamespaces, "", request.ns) ? Status() : no_namespace(request.ns);
    }

private:
    const Reader& reader_;
};

class NamespaceAutoProvision : public AdmissionPlugin {
public:
    explicit NamespaceAutoProvision(Core& core) : core_(core) {}
    std::string_view name() const override { return "NamespaceAutoProvision"; }
    Status mutate(AdmissionRequest& request) override {
        if (request.dry_run || request.operation != Operation::Create || request.ns.empty() || is_namespace(request)) return {};
        auto ns = json::Value::object({{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", json::Value::object({{"name", request.ns}})}});
        Status made = ensure_object(core_, ns);
        return made.ok() ? made : refused(request, made.message());
    }

private:
    Core& core_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_namespace_exists(const Reader& reader) { return std::make_unique<NamespaceExists>(reader); }
std::unique_ptr<AdmissionPlugin> make_namespace_auto_provision(Core& core) { return std::make_unique<NamespaceAutoProvision>(core); }
std::unique_ptr<AdmissionPlugin> make_namespace_lifecycle(const Reader& reader) { return std::make_unique<NamespaceLifecycle>(reader); }

}  // namespace skiff::apiserver
