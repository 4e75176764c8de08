// authorization.k8s.io/v1 SelfSubjectAccessReview.
#include "api/kind_registry_builder.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kSelfSubjectAccessReview[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "authorization.v1.SelfSubjectAccessReviewSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
    {.name = "status", .type = "authorization.v1.SubjectAccessReviewStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kSelfSubjectAccessReviewSpec[] = {
    {.name = "resourceAttributes", .type = "authorization.v1.ResourceAttributes", .proto = 1},
    {.name = "nonResourceAttributes", .type = "authorization.v1.NonResourceAttributes", .proto = 2},
};

constexpr TypeRow kTypes[] = {
    {.name = "authorization.v1.SelfSubjectAccessReview", .fields = kSelfSubjectAccessReview, .doc = "Asks whether the caller may do something."},
    {.name = "authorization.v1.SelfSubjectAccessReviewSpec", .fields = kSelfSubjectAccessReviewSpec},
};

}  // namespace

void add_authorization_v1_self_subject_access_review(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"authorization.k8s.io", "v1", "SelfSubjectAccessReview"},
            .plural = "selfsubjectaccessreviews",
            .singular = "selfsubjectaccessreview",
            .scope = Scope::Cluster,
            .verbs = {"create"},
            .type_name = "authorization.v1.SelfSubjectAccessReview",
            .storage = false,
        },
        kTypes);
}

}  // namespace skiff::api::kinds
