// authentication.k8s.io/v1 SelfSubjectReview.
#include "api/kind_registry_builder.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kSelfSubjectReview[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "status", .type = "authentication.v1.SelfSubjectReviewStatus", .proto = 2, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kSelfSubjectReviewStatus[] = {
    {.name = "userInfo", .type = "authentication.v1.UserInfo", .proto = 1, .default_json = "{}"},
};

constexpr FieldRow kUserInfo[] = {
    {.name = "username", .type = "string", .proto = 1},
    {.name = "uid", .type = "string", .proto = 2},
    {.name = "groups", .type = "list<string>", .proto = 3, .list_type = "atomic"},
    {.name = "extra", .type = "map<string,list<string>>", .proto = 4, .go = "map[string]v1.ExtraValue|v1.ExtraValue|string"},
};

constexpr TypeRow kTypes[] = {
    {.name = "authentication.v1.SelfSubjectReview", .fields = kSelfSubjectReview, .doc = "Asks who the server takes the caller for."},
    {.name = "authentication.v1.SelfSubjectReviewStatus", .fields = kSelfSubjectReviewStatus},
    {.name = "authentication.v1.UserInfo", .fields = kUserInfo},
};

}  // namespace

void add_authentication_v1_self_subject_review(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"authentication.k8s.io", "v1", "SelfSubjectReview"},
            .plural = "selfsubjectreviews",
            .singular = "selfsubjectreview",
            .scope = Scope::Cluster,
            .verbs = {"create"},
            .type_name = "authentication.v1.SelfSubjectReview",
            .storage = false,
        },
        kTypes);
}

}  // namespace skiff::api::kinds
