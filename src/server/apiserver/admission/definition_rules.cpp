// Checks the rules in CEL that a CustomResourceDefinition brings, when it is written.
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/crd/rules.h"

namespace skiff::apiserver {
namespace {

class DefinitionRules final : public AdmissionPlugin {
public:
    std::string_view name() const override { return "DefinitionRules"; }

    Status validate(const AdmissionRequest& request) override {
        bool writes = request.operation == Operation::Create || request.operation == Operation::Update;
        if (!writes || !request.object || !request.subresource.empty() || !is_resource(request, "apiextensions.k8s.io", "customresourcedefinitions")) return {};
        if (request.old_object && (*request.old_object)["spec"]["versions"] == (*request.object)["spec"]["versions"]) return {};
        api::FieldErrors errors;
        check_rules(*request.object, errors);
        if (errors.empty()) return {};
        return errors.to_status(request.kind.gvk.group, request.kind.gvk.kind, request.name);
    }
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_definition_rules() { return std::make_unique<DefinitionRules>(); }

}  // namespace skiff::apiserver
