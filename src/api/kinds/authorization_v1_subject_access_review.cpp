// authorization.k8s.io/v1 SubjectAccessReview.
#include "api/kind_registry_builder.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kSubjectAccessReview[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "authorization.v1.SubjectAccessReviewSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
    {.name = "status", .type = "authorization.v1.SubjectAccessReviewStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr TypeRow kTypes[] = {
    {.name = "authorization.v1.SubjectAccessReview", .fields = kSubjectAccessReview, .doc = "Asks whether a user or group may do something."},
};

}  // namespace

void add_authorization_v1_subject_access_review(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"authorization.k8s.io", "v1", "SubjectAccessReview"},
            .plural = "subjectaccessreviews",
            .singular = "subjectaccessreview",
            .scope = Scope::Cluster,
            .verbs = {"create"},
            .type_name = "authorization.v1.SubjectAccessReview",
            .storage = false,
        },
        kTypes);
}

}  // namespace skiff::api::kinds
