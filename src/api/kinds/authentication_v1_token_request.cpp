// TokenRequest, the body of the token subresource of service accounts.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kTokenRequest[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "authentication.v1.TokenRequestSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
    {.name = "status", .type = "authentication.v1.TokenRequestStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kTokenRequestSpec[] = {
    {.name = "audiences", .type = "list<string>", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "boundObjectRef", .type = "authentication.v1.BoundObjectReference", .proto = 3, .absent = "null"},
    {.name = "expirationSeconds", .type = "int64", .proto = 4, .go = "*", .absent = "null"},
};

constexpr FieldRow kTokenRequestStatus[] = {
    {.name = "token", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "expirationTimestamp", .type = "time", .proto = 2, .required = true},
};

constexpr FieldRow kBoundObjectReference[] = {
    {.name = "kind", .type = "string", .proto = 1},
    {.name = "apiVersion", .type = "string", .proto = 2},
    {.name = "name", .type = "string", .proto = 3},
    {.name = "uid", .type = "string", .proto = 4, .go = "types.UID"},
};

constexpr TypeRow kTypes[] = {
    {.name = "authentication.v1.TokenRequest", .fields = kTokenRequest, .doc = "Asks for a token of a service account."},
    {.name = "authentication.v1.TokenRequestSpec", .fields = kTokenRequestSpec},
    {.name = "authentication.v1.TokenRequestStatus", .fields = kTokenRequestStatus},
    {.name = "authentication.v1.BoundObjectReference", .fields = kBoundObjectReference},
};

}  // namespace

std::span<const TypeRow> authentication_v1_token_request_types() { return kTypes; }

}  // namespace skiff::api::kinds
