// flowcontrol.apiserver.k8s.io/v1 FlowSchema.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kFlowSchema[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "flowcontrol.v1.FlowSchemaSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "flowcontrol.v1.FlowSchemaStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kFlowSchemaSpec[] = {
    {.name = "priorityLevelConfiguration", .type = "flowcontrol.v1.PriorityLevelConfigurationReference", .proto = 1, .required = true,
     .default_json = "{}"},
    {.name = "matchingPrecedence", .type = "int32", .proto = 2, .default_json = "0", .absent = "0"},
    {.name = "distinguisherMethod", .type = "flowcontrol.v1.FlowDistinguisherMethod", .proto = 3},
    {.name = "rules", .type = "list<flowcontrol.v1.PolicyRulesWithSubjects>", .proto = 4, .list_type = "atomic"},
};

constexpr FieldRow kPriorityLevelConfigurationReference[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kFlowDistinguisherMethod[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.FlowDistinguisherMethodType"},
};

constexpr FieldRow kPolicyRulesWithSubjects[] = {
    {.name = "subjects", .type = "list<flowcontrol.v1.Subject>", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "resourceRules", .type = "list<flowcontrol.v1.ResourcePolicyRule>", .proto = 2, .list_type = "atomic"},
    {.name = "nonResourceRules", .type = "list<flowcontrol.v1.NonResourcePolicyRule>", .proto = 3, .list_type = "atomic"},
};

constexpr FieldRow kSubject[] = {
    {.name = "kind", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.SubjectKind"},
    {.name = "user", .type = "flowcontrol.v1.UserSubject", .proto = 2},
    {.name = "group", .type = "flowcontrol.v1.GroupSubject", .proto = 3},
    {.name = "serviceAccount", .type = "flowcontrol.v1.ServiceAccountSubject", .proto = 4},
};

constexpr FieldRow kUserSubject[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kGroupSubject[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kServiceAccountSubject[] = {
    {.name = "namespace", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kResourcePolicyRule[] = {
    {.name = "verbs", .type = "list<string>", .proto = 1, .required = true, .list_type = "set"},
    {.name = "apiGroups", .type = "list<string>", .proto = 2, .required = true, .list_type = "set"},
    {.name = "resources", .type = "list<string>", .proto = 3, .required = true, .list_type = "set"},
    {.name = "clusterScope", .type = "bool", .proto = 4},
    {.name = "namespaces", .type = "list<string>", .proto = 5, .list_type = "set", .absent = "null"},
};

constexpr FieldRow kNonResourcePolicyRule[] = {
    {.name = "verbs", .type = "list<string>", .proto = 1, .required = true, .list_type = "set"},
    {.name = "nonResourceURLs", .type = "list<string>", .proto = 6, .required = true, .list_type = "set"},
};

constexpr FieldRow kFlowSchemaStatus[] = {
    {.name = "conditions", .type = "list<flowcontrol.v1.FlowSchemaCondition>", .proto = 1, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
};

constexpr FieldRow kFlowSchemaCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .go = "v1.FlowSchemaConditionType"},
    {.name = "status", .type = "string", .proto = 2, .go = "v1.ConditionStatus"},
    {.name = "lastTransitionTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 4},
    {.name = "message", .type = "string", .proto = 5},
};

constexpr FieldRow kFlowSchemaList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<flowcontrol.v1.FlowSchema>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "flowcontrol.v1.FlowSchema", .fields = kFlowSchema, .doc = "Which requests belong to which priority level."},
    {.name = "flowcontrol.v1.FlowSchemaSpec", .fields = kFlowSchemaSpec},
    {.name = "flowcontrol.v1.PriorityLevelConfigurationReference", .fields = kPriorityLevelConfigurationReference},
    {.name = "flowcontrol.v1.FlowDistinguisherMethod", .fields = kFlowDistinguisherMethod},
    {.name = "flowcontrol.v1.PolicyRulesWithSubjects", .fields = kPolicyRulesWithSubjects},
    {.name = "flowcontrol.v1.Subject", .fields = kSubject},
    {.name = "flowcontrol.v1.UserSubject", .fields = kUserSubject},
    {.name = "flowcontrol.v1.GroupSubject", .fields = kGroupSubject},
    {.name = "flowcontrol.v1.ServiceAccountSubject", .fields = kServiceAccountSubject},
    {.name = "flowcontrol.v1.ResourcePolicyRule", .fields = kResourcePolicyRule},
    {.name = "flowcontrol.v1.NonResourcePolicyRule", .fields = kNonResourcePolicyRule},
    {.name = "flowcontrol.v1.FlowSchemaStatus", .fields = kFlowSchemaStatus},
    {.name = "flowcontrol.v1.FlowSchemaCondition", .fields = kFlowSchemaCondition},
    {.name = "flowcontrol.v1.FlowSchemaList", .fields = kFlowSchemaList},
};

}  // namespace

void add_flowcontrol_v1_flow_schema(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"flowcontrol.apiserver.k8s.io", "v1", "FlowSchema"},
            .plural = "flowschemas",
            .singular = "flowschema",
            .list_kind = "FlowSchemaList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "flowcontrol.v1.FlowSchema",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "flowcontrol.apiserver.k8s.io/flowschemas",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "FlowSchema"},
                },
            .columns = flow_schema_columns(),
            .hooks = flow_schema_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
