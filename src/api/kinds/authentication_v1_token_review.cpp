// authentication.k8s.io/v1 TokenReview.
#include "api/kind_registry_builder.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kTokenReview[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "authentication.v1.TokenReviewSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
    {.name = "status", .type = "authentication.v1.TokenReviewStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kTokenReviewSpec[] = {
    {.name = "token", .type = "string", .proto = 1},
    {.name = "audiences", .type = "list<string>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kTokenReviewStatus[] = {
    {.name = "authenticated", .type = "bool", .proto = 1},
    {.name = "user", .type = "authentication.v1.UserInfo", .proto = 2, .default_json = "{}"},
    {.name = "error", .type = "string", .proto = 3},
    {.name = "audiences", .type = "list<string>", .proto = 4, .list_type = "atomic"},
};

constexpr TypeRow kTypes[] = {
    {.name = "authentication.v1.TokenReview", .fields = kTokenReview, .doc = "Asks whether a token is valid and whose it is."},
    {.name = "authentication.v1.TokenReviewSpec", .fields = kTokenReviewSpec},
    {.name = "authentication.v1.TokenReviewStatus", .fields = kTokenReviewStatus},
};

}  // namespace

void add_authentication_v1_token_review(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"authentication.k8s.io", "v1", "TokenReview"},
            .plural = "tokenreviews",
            .singular = "tokenreview",
            .scope = Scope::Cluster,
            .verbs = {"create"},
            .type_name = "authentication.v1.TokenReview",
            .storage = false,
        },
        kTypes);
}

}  // namespace skiff::api::kinds
