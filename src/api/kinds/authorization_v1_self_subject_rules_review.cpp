// authorization.k8s.io/v1 SelfSubjectRulesReview.
#include "api/kind_registry_builder.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kSelfSubjectRulesReview[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "authorization.v1.SelfSubjectRulesReviewSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
    {.name = "status", .type = "authorization.v1.SubjectRulesReviewStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kSelfSubjectRulesReviewSpec[] = {
    {.name = "namespace", .type = "string", .proto = 1},
};

constexpr FieldRow kSubjectRulesReviewStatus[] = {
    {.name = "resourceRules", .type = "list<authorization.v1.ResourceRule>", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "nonResourceRules", .type = "list<authorization.v1.NonResourceRule>", .proto = 2, .required = true, .list_type = "atomic"},
    {.name = "incomplete", .type = "bool", .proto = 3, .required = true, .default_json = "false"},
    {.name = "evaluationError", .type = "string", .proto = 4},
};

constexpr FieldRow kResourceRule[] = {
    {.name = "verbs", .type = "list<string>", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "apiGroups", .type = "list<string>", .proto = 2, .list_type = "atomic"},
    {.name = "resources", .type = "list<string>", .proto = 3, .list_type = "atomic"},
    {.name = "resourceNames", .type = "list<string>", .proto = 4, .list_type = "atomic"},
};

constexpr FieldRow kNonResourceRule[] = {
    {.name = "verbs", .type = "list<string>", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "nonResourceURLs", .type = "list<string>", .proto = 2, .list_type = "atomic"},
};

constexpr TypeRow kTypes[] = {
    {.name = "authorization.v1.SelfSubjectRulesReview", .fields = kSelfSubjectRulesReview, .doc = "Lists what the caller may do in a namespace."},
    {.name = "authorization.v1.SelfSubjectRulesReviewSpec", .fields = kSelfSubjectRulesReviewSpec},
    {.name = "authorization.v1.SubjectRulesReviewStatus", .fields = kSubjectRulesReviewStatus},
    {.name = "authorization.v1.ResourceRule", .fields = kResourceRule},
    {.name = "authorization.v1.NonResourceRule", .fields = kNonResourceRule},
};

}  // namespace

void add_authorization_v1_self_subject_rules_review(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"authorization.k8s.io", "v1", "SelfSubjectRulesReview"},
            .plural = "selfsubjectrulesreviews",
            .singular = "selfsubjectrulesreview",
            .scope = Scope::Cluster,
            .verbs = {"create"},
            .type_name = "authorization.v1.SelfSubjectRulesReview",
            .storage = false,
        },
        kTypes);
}

}  // namespace skiff::api::kinds
