// authorization.k8s.io/v1 LocalSubjectAccessReview.
#include "api/kind_registry_builder.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kLocalSubjectAccessReview[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "authorization.v1.SubjectAccessReviewSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
    {.name = "status", .type = "authorization.v1.SubjectAccessReviewStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kSubjectAccessReviewSpec[] = {
    {.name = "resourceAttributes", .type = "authorization.v1.ResourceAttributes", .proto = 1},
    {.name = "nonResourceAttributes", .type = "authorization.v1.NonResourceAttributes", .proto = 2},
    {.name = "user", .type = "string", .proto = 3},
    {.name = "groups", .type = "list<string>", .proto = 4, .list_type = "atomic"},
    {.name = "extra", .type = "map<string,list<string>>", .proto = 5, .go = "map[string]v1.ExtraValue|v1.ExtraValue|string"},
    {.name = "uid", .type = "string", .proto = 6},
};

constexpr FieldRow kResourceAttributes[] = {
    {.name = "namespace", .type = "string", .proto = 1},
    {.name = "verb", .type = "string", .proto = 2},
    {.name = "group", .type = "string", .proto = 3},
    {.name = "version", .type = "string", .proto = 4},
    {.name = "resource", .type = "string", .proto = 5},
    {.name = "subresource", .type = "string", .proto = 6},
    {.name = "name", .type = "string", .proto = 7},
    {.name = "fieldSelector", .type = "authorization.v1.FieldSelectorAttributes", .proto = 8},
    {.name = "labelSelector", .type = "authorization.v1.LabelSelectorAttributes", .proto = 9},
};

constexpr FieldRow kFieldSelectorAttributes[] = {
    {.name = "rawSelector", .type = "string", .proto = 1},
    {.name = "requirements", .type = "list<meta.v1.FieldSelectorRequirement>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kLabelSelectorAttributes[] = {
    {.name = "rawSelector", .type = "string", .proto = 1},
    {.name = "requirements", .type = "list<meta.v1.LabelSelectorRequirement>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kNonResourceAttributes[] = {
    {.name = "path", .type = "string", .proto = 1},
    {.name = "verb", .type = "string", .proto = 2},
};

constexpr FieldRow kSubjectAccessReviewStatus[] = {
    {.name = "allowed", .type = "bool", .proto = 1, .required = true, .default_json = "false"},
    {.name = "reason", .type = "string", .proto = 2},
    {.name = "evaluationError", .type = "string", .proto = 3},
    {.name = "denied", .type = "bool", .proto = 4},
};

constexpr TypeRow kTypes[] = {
    {.name = "authorization.v1.LocalSubjectAccessReview", .fields = kLocalSubjectAccessReview, .doc = "Asks whether a user may do something in one namespace."},
    {.name = "authorization.v1.SubjectAccessReviewSpec", .fields = kSubjectAccessReviewSpec},
    {.name = "authorization.v1.ResourceAttributes", .fields = kResourceAttributes},
    {.name = "authorization.v1.FieldSelectorAttributes", .fields = kFieldSelectorAttributes},
    {.name = "authorization.v1.LabelSelectorAttributes", .fields = kLabelSelectorAttributes},
    {.name = "authorization.v1.NonResourceAttributes", .fields = kNonResourceAttributes},
    {.name = "authorization.v1.SubjectAccessReviewStatus", .fields = kSubjectAccessReviewStatus},
};

}  // namespace

void add_authorization_v1_local_subject_access_review(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"authorization.k8s.io", "v1", "LocalSubjectAccessReview"},
            .plural = "localsubjectaccessreviews",
            .singular = "localsubjectaccessreview",
            .verbs = {"create"},
            .type_name = "authorization.v1.LocalSubjectAccessReview",
            .storage = false,
        },
        kTypes);
}

}  // namespace skiff::api::kinds
