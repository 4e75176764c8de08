// admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kValidatingAdmissionPolicyBinding[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec", .proto = 2, .default_json = "{}",
     .doc = "What is wanted."},
};

constexpr FieldRow kValidatingAdmissionPolicyBindingSpec[] = {
    {.name = "policyName", .type = "string", .proto = 1},
    {.name = "paramRef", .type = "admissionregistration.v1.ParamRef", .proto = 2, .map_type = "atomic"},
    {.name = "matchResources", .type = "admissionregistration.v1.MatchResources", .proto = 3, .map_type = "atomic"},
    {.name = "validationActions", .type = "list<string>", .proto = 4, .list_type = "set", .enum_values = "Audit,Deny,Warn",
     .go = "v1.ValidationAction"},
};

constexpr FieldRow kParamRef[] = {
    {.name = "name", .type = "string", .proto = 1},
    {.name = "namespace", .type = "string", .proto = 2},
    {.name = "selector", .type = "meta.v1.LabelSelector", .proto = 3, .map_type = "atomic"},
    {.name = "parameterNotFoundAction", .type = "string", .proto = 4, .go = "*v1.ParameterNotFoundActionType"},
};

constexpr FieldRow kValidatingAdmissionPolicyBindingList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<admissionregistration.v1.ValidatingAdmissionPolicyBinding>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "admissionregistration.v1.ValidatingAdmissionPolicyBinding", .fields = kValidatingAdmissionPolicyBinding, .doc = "Puts a ValidatingAdmissionPolicy in force for some resources."},
    {.name = "admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec", .fields = kValidatingAdmissionPolicyBindingSpec},
    {.name = "admissionregistration.v1.ParamRef", .fields = kParamRef},
    {.name = "admissionregistration.v1.ValidatingAdmissionPolicyBindingList", .fields = kValidatingAdmissionPolicyBindingList},
};

}  // namespace

void add_admissionregistration_v1_validating_admission_policy_binding(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding"},
            .plural = "validatingadmissionpolicybindings",
            .singular = "validatingadmissionpolicybinding",
            .list_kind = "ValidatingAdmissionPolicyBindingList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .categories = {"api-extensions"},
            .type_name = "admissionregistration.v1.ValidatingAdmissionPolicyBinding",
            .has_generation = true,
            .storage_prefix = "admissionregistration.k8s.io/validatingadmissionpolicybindings",
            .columns = validating_admission_policy_binding_columns(),
            .hooks = validating_admission_policy_binding_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
