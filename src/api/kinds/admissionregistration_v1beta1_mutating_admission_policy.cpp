// admissionregistration.k8s.io MutatingAdmissionPolicy and MutatingAdmissionPolicyBinding, v1beta1 and v1alpha1: served when runtime-config
// asks for the version, as in Kubernetes v1.34. The tables are written for v1beta1; v1alpha1 has the same fields with other package names.
#include <algorithm>

#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kPolicy[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "admissionregistration.v1beta1.MutatingAdmissionPolicySpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kPolicySpec[] = {
    {.name = "paramKind", .type = "admissionregistration.v1beta1.ParamKind", .proto = 1, .map_type = "atomic"},
    {.name = "matchConstraints", .type = "admissionregistration.v1beta1.MatchResources", .proto = 2, .map_type = "atomic"},
    {.name = "variables", .type = "list<admissionregistration.v1beta1.Variable>", .proto = 3, .list_type = "atomic"},
    {.name = "mutations", .type = "list<admissionregistration.v1beta1.Mutation>", .proto = 4, .list_type = "atomic"},
    {.name = "failurePolicy", .type = "string", .proto = 5, .go = "*v1beta1.FailurePolicyType"},
    {.name = "matchConditions", .type = "list<admissionregistration.v1beta1.MatchCondition>", .proto = 6, .list_type = "map", .list_map_keys = "name",
     .patch_strategy = "merge", .patch_merge_key = "name"},
    {.name = "reinvocationPolicy", .type = "string", .proto = 7, .go = "v1.ReinvocationPolicyType"},
};

constexpr FieldRow kParamKind[] = {
    {.name = "apiVersion", .type = "string", .proto = 1},
    {.name = "kind", .type = "string", .proto = 2},
};

constexpr FieldRow kMatchResources[] = {
    {.name = "namespaceSelector", .type = "meta.v1.LabelSelector", .proto = 1, .map_type = "atomic"},
    {.name = "objectSelector", .type = "meta.v1.LabelSelector", .proto = 2, .map_type = "atomic"},
    {.name = "resourceRules", .type = "list<admissionregistration.v1beta1.NamedRuleWithOperations>", .proto = 3, .list_type = "atomic"},
    {.name = "excludeResourceRules", .type = "list<admissionregistration.v1beta1.NamedRuleWithOperations>", .proto = 4, .list_type = "atomic"},
    {.name = "matchPolicy", .type = "string", .proto = 7, .go = "*v1beta1.MatchPolicyType"},
};

constexpr FieldRow kNamedRuleWithOperations[] = {
    {.name = "resourceNames", .type = "list<string>", .proto = 1, .list_type = "atomic"},
    {.name = "operations", .type = "list<string>", .proto = {2, 1}, .list_type = "atomic", .enum_values = "*,CONNECT,CREATE,DELETE,UPDATE", .go = "v1.OperationType"},
    {.name = "apiGroups", .type = "list<string>", .proto = {2, 2, 1}, .list_type = "atomic"},
    {.name = "apiVersions", .type = "list<string>", .proto = {2, 2, 2}, .list_type = "atomic"},
    {.name = "resources", .type = "list<string>", .proto = {2, 2, 3}, .list_type = "atomic"},
    {.name = "scope", .type = "string", .proto = {2, 2, 4}, .go = "*v1.ScopeType"},
};

// MatchCondition and Variable.
constexpr FieldRow kNamed[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "expression", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kMutation[] = {
    {.name = "patchType", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .enum_values = "ApplyConfiguration,JSONPatch", .go = "v1beta1.PatchType"},
    {.name = "applyConfiguration", .type = "admissionregistration.v1beta1.ApplyConfiguration", .proto = 3},
    {.name = "jsonPatch", .type = "admissionregistration.v1beta1.JSONPatch", .proto = 4},
};

constexpr FieldRow kExpression[] = {{.name = "expression", .type = "string", .proto = 1}};

constexpr FieldRow kPolicyList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<admissionregistration.v1beta1.MutatingAdmissionPolicy>", .proto = 2, .required = true},
};

constexpr FieldRow kBinding[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "admissionregistration.v1beta1.MutatingAdmissionPolicyBindingSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kBindingSpec[] = {
    {.name = "policyName", .type = "string", .proto = 1},
    {.name = "paramRef", .type = "admissionregistration.v1beta1.ParamRef", .proto = 2, .map_type = "atomic"},
    {.name = "matchResources", .type = "admissionregistration.v1beta1.MatchResources", .proto = 3, .map_type = "atomic"},
};

constexpr FieldRow kParamRef[] = {
    {.name = "name", .type = "string", .proto = 1},
    {.name = "namespace", .type = "string", .proto = 2},
    {.name = "selector", .type = "meta.v1.LabelSelector", .proto = 3, .map_type = "atomic"},
    {.name = "parameterNotFoundAction", .type = "string", .proto = 4, .go = "*v1beta1.ParameterNotFoundActionType"},
};

constexpr FieldRow kBindingList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<admissionregistration.v1beta1.MutatingAdmissionPolicyBinding>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "admissionregistration.v1beta1.MutatingAdmissionPolicy", .fields = kPolicy, .doc = "Changes, written as expressions, that objects get before they are stored."},
    {.name = "admissionregistration.v1beta1.MutatingAdmissionPolicySpec", .fields = kPolicySpec},
    {.name = "admissionregistration.v1beta1.ParamKind", .fields = kParamKind},
    {.name = "admissionregistration.v1beta1.MatchResources", .fields = kMatchResources},
    {.name = "admissionregistration.v1beta1.NamedRuleWithOperations", .fields = kNamedRuleWithOperations},
    {.name = "admissionregistration.v1beta1.MatchCondition", .fields = kNamed},
    {.name = "admissionregistration.v1beta1.Variable", .fields = kNamed, .atomic = true},
    {.name = "admissionregistration.v1beta1.Mutation", .fields = kMutation},
    {.name = "admissionregistration.v1beta1.ApplyConfiguration", .fields = kExpression},
    {.name = "admissionregistration.v1beta1.JSONPatch", .fields = kExpression},
    {.name = "admissionregistration.v1beta1.MutatingAdmissionPolicyList", .fields = kPolicyList},
    {.name = "admissionregistration.v1beta1.MutatingAdmissionPolicyBinding", .fields = kBinding, .doc = "Puts a MutatingAdmissionPolicy in force for some resources."},
    {.name = "admissionregistration.v1beta1.MutatingAdmissionPolicyBindingSpec", .fields = kBindingSpec},
    {.name = "admissionregistration.v1beta1.ParamRef", .fields = kParamRef},
    {.name = "admissionregistration.v1beta1.MutatingAdmissionPolicyBindingList", .fields = kBindingList},
};

std::string renamed(std::string_view text) {
    std::string out(text);
    if (size_t at = out.find("v1beta1"); at != out.npos) out.replace(at, 7, "v1alpha1");
    return out;
}

// The v1alpha1 tables, and whether a value is one of an enumeration in OpenAPI, which only that version says.
void add_alpha_types(KindRegistryBuilder& builder) {
    for (const TypeRow& type : kTypes) {
        std::vector<FieldRow> rows(type.fields.begin(), type.fields.end());
        for (FieldRow& row : rows) {
            row.type = builder.keep(renamed(row.type));
            row.go = builder.keep(renamed(row.go));
            if (row.name == "failurePolicy") row.enum_values = "Fail,Ignore";
            if (row.name == "matchPolicy") row.enum_values = "Equivalent,Exact";
            if (row.name == "parameterNotFoundAction") row.enum_values = "Allow,Deny";
        }
        TypeRow alpha{.name = builder.keep(renamed(type.name)), .fields = rows, .doc = type.doc};
        builder.add_types({&alpha, 1});
    }
}

KindInfo kind_of(const std::string& version, const std::string& kind, const std::string& plural) {
    return {
        .gvk = {"admissionregistration.k8s.io", version, kind},
        .plural = plural,
        .singular = kind == "MutatingAdmissionPolicy" ? "mutatingadmissionpolicy" : "mutatingadmissionpolicybinding",
        .list_kind = kind + "List",
        .scope = Scope::Cluster,
        .verbs = all_verbs(),
        .categories = {"api-extensions"},
        .type_name = "admissionregistration." + version + "." + kind,
        .has_generation = true,
        .storage_prefix = "admissionregistration.k8s.io/" + plural,
    };
}

}  // namespace

void add_admissionregistration_v1beta1_mutating_admission_policy(KindRegistryBuilder& builder) {
    for (const char* version : {"v1beta1", "v1alpha1"}) {
        if (!builder.serves({"admissionregistration.k8s.io", version})) continue;
        if (std::string_view(version) == "v1beta1") builder.add_types(kTypes);
        else add_alpha_types(builder);
        KindInfo policy = kind_of(version, "MutatingAdmissionPolicy", "mutatingadmissionpolicies");
        policy.columns = mutating_admission_policy_columns();
        policy.hooks = mutating_admission_policy_hooks();
        builder.add(std::move(policy));
        KindInfo binding = kind_of(version, "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings");
        binding.columns = validating_admission_policy_binding_columns();
        binding.hooks = std::string_view(version) == "v1beta1" ? mutating_admission_policy_binding_hooks() : mutating_admission_policy_binding_alpha_hooks();
        builder.add(std::move(binding));
    }
}

}  // namespace skiff::api::kinds
