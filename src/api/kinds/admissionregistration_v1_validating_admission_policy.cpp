// admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kValidatingAdmissionPolicy[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "admissionregistration.v1.ValidatingAdmissionPolicySpec", .proto = 2, .default_json = "{}",
     .doc = "What is wanted."},
    {.name = "status", .type = "admissionregistration.v1.ValidatingAdmissionPolicyStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kValidatingAdmissionPolicySpec[] = {
    {.name = "paramKind", .type = "admissionregistration.v1.ParamKind", .proto = 1, .map_type = "atomic"},
    {.name = "matchConstraints", .type = "admissionregistration.v1.MatchResources", .proto = 2, .map_type = "atomic"},
    {.name = "validations", .type = "list<admissionregistration.v1.Validation>", .proto = 3, .list_type = "atomic"},
    {.name = "failurePolicy", .type = "string", .proto = 4, .enum_values = "Fail,Ignore", .go = "*v1.FailurePolicyType"},
    {.name = "auditAnnotations", .type = "list<admissionregistration.v1.AuditAnnotation>", .proto = 5, .list_type = "atomic"},
    {.name = "matchConditions", .type = "list<admissionregistration.v1.MatchCondition>", .proto = 6, .list_type = "map",
     .list_map_keys = "name", .patch_strategy = "merge", .patch_merge_key = "name"},
    {.name = "variables", .type = "list<admissionregistration.v1.Variable>", .proto = 7, .list_type = "map", .list_map_keys = "name",
     .patch_strategy = "merge", .patch_merge_key = "name"},
};

constexpr FieldRow kParamKind[] = {
    {.name = "apiVersion", .type = "string", .proto = 1},
    {.name = "kind", .type = "string", .proto = 2},
};

constexpr FieldRow kMatchResources[] = {
    {.name = "namespaceSelector", .type = "meta.v1.LabelSelector", .proto = 1, .map_type = "atomic"},
    {.name = "objectSelector", .type = "meta.v1.LabelSelector", .proto = 2, .map_type = "atomic"},
    {.name = "resourceRules", .type = "list<admissionregistration.v1.NamedRuleWithOperations>", .proto = 3, .list_type = "atomic"},
    {.name = "excludeResourceRules", .type = "list<admissionregistration.v1.NamedRuleWithOperations>", .proto = 4, .list_type = "atomic"},
    {.name = "matchPolicy", .type = "string", .proto = 7, .enum_values = "Equivalent,Exact", .go = "*v1.MatchPolicyType"},
};

constexpr FieldRow kNamedRuleWithOperations[] = {
    {.name = "resourceNames", .type = "list<string>", .proto = 1, .list_type = "atomic"},
    {.name = "operations", .type = "list<string>", .proto = {2, 1}, .list_type = "atomic",
     .enum_values = "*,CONNECT,CREATE,DELETE,UPDATE", .go = "v1.OperationType"},
    {.name = "apiGroups", .type = "list<string>", .proto = {2, 2, 1}, .list_type = "atomic"},
    {.name = "apiVersions", .type = "list<string>", .proto = {2, 2, 2}, .list_type = "atomic"},
    {.name = "resources", .type = "list<string>", .proto = {2, 2, 3}, .list_type = "atomic"},
    {.name = "scope", .type = "string", .proto = {2, 2, 4}, .go = "*v1.ScopeType"},
};

constexpr FieldRow kValidation[] = {
    {.name = "expression", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "message", .type = "string", .proto = 2},
    {.name = "reason", .type = "string", .proto = 3, .go = "*v1.StatusReason"},
    {.name = "messageExpression", .type = "string", .proto = 4},
};

constexpr FieldRow kAuditAnnotation[] = {
    {.name = "key", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "valueExpression", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kVariable[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "expression", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kValidatingAdmissionPolicyStatus[] = {
    {.name = "observedGeneration", .type = "int64", .proto = 1, .doc = "The generation that this status is about."},
    {.name = "typeChecking", .type = "admissionregistration.v1.TypeChecking", .proto = 2},
    {.name = "conditions", .type = "list<meta.v1.Condition>", .proto = 3, .list_type = "map", .list_map_keys = "type",
     .doc = "The latest observations of its state."},
};

constexpr FieldRow kTypeChecking[] = {
    {.name = "expressionWarnings", .type = "list<admissionregistration.v1.ExpressionWarning>", .proto = 1, .list_type = "atomic"},
};

constexpr FieldRow kExpressionWarning[] = {
    {.name = "fieldRef", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "warning", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kValidatingAdmissionPolicyList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<admissionregistration.v1.ValidatingAdmissionPolicy>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "admissionregistration.v1.ValidatingAdmissionPolicy", .fields = kValidatingAdmissionPolicy, .doc = "Rules, written as expressions, that objects must meet to be admitted."},
    {.name = "admissionregistration.v1.ValidatingAdmissionPolicySpec", .fields = kValidatingAdmissionPolicySpec},
    {.name = "admissionregistration.v1.ParamKind", .fields = kParamKind},
    {.name = "admissionregistration.v1.MatchResources", .fields = kMatchResources},
    {.name = "admissionregistration.v1.NamedRuleWithOperations", .fields = kNamedRuleWithOperations},
    {.name = "admissionregistration.v1.Validation", .fields = kValidation},
    {.name = "admissionregistration.v1.AuditAnnotation", .fields = kAuditAnnotation},
    {.name = "admissionregistration.v1.Variable", .fields = kVariable, .atomic = true},
    {.name = "admissionregistration.v1.ValidatingAdmissionPolicyStatus", .fields = kValidatingAdmissionPolicyStatus},
    {.name = "admissionregistration.v1.TypeChecking", .fields = kTypeChecking},
    {.name = "admissionregistration.v1.ExpressionWarning", .fields = kExpressionWarning},
    {.name = "admissionregistration.v1.ValidatingAdmissionPolicyList", .fields = kValidatingAdmissionPolicyList},
};

}  // namespace

void add_admissionregistration_v1_validating_admission_policy(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy"},
            .plural = "validatingadmissionpolicies",
            .singular = "validatingadmissionpolicy",
            .list_kind = "ValidatingAdmissionPolicyList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .categories = {"api-extensions"},
            .type_name = "admissionregistration.v1.ValidatingAdmissionPolicy",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "admissionregistration.k8s.io/validatingadmissionpolicies",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "ValidatingAdmissionPolicy"},
                },
            .columns = validating_admission_policy_columns(),
            .hooks = validating_admission_policy_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
