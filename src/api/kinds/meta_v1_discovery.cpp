// What discovery answers with.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kAPIGroup[] = {
    kKindField,
    kApiVersionField,
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "versions", .type = "list<meta.v1.GroupVersionForDiscovery>", .proto = 2, .required = true, .list_type = "atomic"},
    {.name = "preferredVersion", .type = "meta.v1.GroupVersionForDiscovery", .proto = 3, .default_json = "{}"},
    {.name = "serverAddressByClientCIDRs", .type = "list<meta.v1.ServerAddressByClientCIDR>", .proto = 4, .list_type = "atomic"},
};

constexpr FieldRow kAPIGroupList[] = {
    kKindField,
    kApiVersionField,
    {.name = "groups", .type = "list<meta.v1.APIGroup>", .proto = 1, .required = true, .list_type = "atomic"},
};

constexpr FieldRow kAPIResource[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "namespaced", .type = "bool", .proto = 2, .required = true, .default_json = "false"},
    {.name = "kind", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "verbs", .type = "list<string>", .proto = 4, .required = true, .go = "v1.Verbs"},
    {.name = "shortNames", .type = "list<string>", .proto = 5, .list_type = "atomic"},
    {.name = "singularName", .type = "string", .proto = 6, .required = true, .default_json = R"("")"},
    {.name = "categories", .type = "list<string>", .proto = 7, .list_type = "atomic"},
    {.name = "group", .type = "string", .proto = 8},
    {.name = "version", .type = "string", .proto = 9},
    {.name = "storageVersionHash", .type = "string", .proto = 10},
};

constexpr FieldRow kAPIResourceList[] = {
    kKindField,
    kApiVersionField,
    {.name = "groupVersion", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "resources", .type = "list<meta.v1.APIResource>", .proto = 2, .required = true, .list_type = "atomic"},
};

constexpr FieldRow kAPIVersions[] = {
    kKindField,
    kApiVersionField,
    {.name = "versions", .type = "list<string>", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "serverAddressByClientCIDRs", .type = "list<meta.v1.ServerAddressByClientCIDR>", .proto = 2, .required = true,
     .list_type = "atomic"},
};

constexpr FieldRow kGroupVersionForDiscovery[] = {
    {.name = "groupVersion", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "version", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kVersionInfo[] = {
    {.name = "major", .type = "string", .required = true, .default_json = R"("")"},
    {.name = "minor", .type = "string", .required = true, .default_json = R"("")"},
    {.name = "emulationMajor", .type = "string"},
    {.name = "emulationMinor", .type = "string"},
    {.name = "minCompatibilityMajor", .type = "string"},
    {.name = "minCompatibilityMinor", .type = "string"},
    {.name = "gitVersion", .type = "string", .required = true, .default_json = R"("")"},
    {.name = "gitCommit", .type = "string", .required = true, .default_json = R"("")"},
    {.name = "gitTreeState", .type = "string", .required = true, .default_json = R"("")"},
    {.name = "buildDate", .type = "string", .required = true, .default_json = R"("")"},
    {.name = "goVersion", .type = "string", .required = true, .default_json = R"("")"},
    {.name = "compiler", .type = "string", .required = true, .default_json = R"("")"},
    {.name = "platform", .type = "string", .required = true, .default_json = R"("")"},
};

constexpr FieldRow kServerAddressByClientCIDR[] = {
    {.name = "clientCIDR", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "serverAddress", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

// Of the lists that /api and /apis give clients that ask for APIGroupDiscoveryList.
constexpr FieldRow kGroupDiscoveryList[] = {
    kKindField,
    kApiVersionField,
    {.name = "metadata", .type = "meta.v1.ListMeta", .proto = 1},
    {.name = "items", .type = "list<apidiscovery.v2.APIGroupDiscovery>", .proto = 2},
};

constexpr FieldRow kGroupDiscovery[] = {
    {.name = "metadata", .type = "meta.v1.ObjectMeta", .proto = 1},
    {.name = "versions", .type = "list<apidiscovery.v2.APIVersionDiscovery>", .proto = 2},
};

constexpr FieldRow kVersionDiscovery[] = {
    {.name = "version", .type = "string", .proto = 1},
    {.name = "resources", .type = "list<apidiscovery.v2.APIResourceDiscovery>", .proto = 2},
    {.name = "freshness", .type = "string", .proto = 3},
};

constexpr FieldRow kResourceDiscovery[] = {
    {.name = "resource", .type = "string", .proto = 1},
    {.name = "responseKind", .type = "apidiscovery.v2.ResponseKind", .proto = 2},
    {.name = "scope", .type = "string", .proto = 3},
    {.name = "singularResource", .type = "string", .proto = 4},
    {.name = "verbs", .type = "list<string>", .proto = 5},
    {.name = "shortNames", .type = "list<string>", .proto = 6},
    {.name = "categories", .type = "list<string>", .proto = 7},
    {.name = "subresources", .type = "list<apidiscovery.v2.APISubresourceDiscovery>", .proto = 8},
};

constexpr FieldRow kSubresourceDiscovery[] = {
    {.name = "subresource", .type = "string", .proto = 1},
    {.name = "responseKind", .type = "apidiscovery.v2.ResponseKind", .proto = 2},
    {.name = "verbs", .type = "list<string>", .proto = 4},
};

constexpr FieldRow kResponseKind[] = {
    {.name = "group", .type = "string", .proto = 1},
    {.name = "version", .type = "string", .proto = 2},
    {.name = "kind", .type = "string", .proto = 3},
};

constexpr TypeRow kTypes[] = {
    {.name = "apidiscovery.v2.APIGroupDiscoveryList", .fields = kGroupDiscoveryList},
    {.name = "apidiscovery.v2.APIGroupDiscovery", .fields = kGroupDiscovery},
    {.name = "apidiscovery.v2.APIVersionDiscovery", .fields = kVersionDiscovery},
    {.name = "apidiscovery.v2.APIResourceDiscovery", .fields = kResourceDiscovery},
    {.name = "apidiscovery.v2.APISubresourceDiscovery", .fields = kSubresourceDiscovery},
    {.name = "apidiscovery.v2.ResponseKind", .fields = kResponseKind},
    {.name = "meta.v1.APIGroup", .fields = kAPIGroup},
    {.name = "meta.v1.APIGroupList", .fields = kAPIGroupList},
    {.name = "meta.v1.APIResource", .fields = kAPIResource},
    {.name = "meta.v1.APIResourceList", .fields = kAPIResourceList},
    {.name = "meta.v1.APIVersions", .fields = kAPIVersions},
    {.name = "meta.v1.GroupVersionForDiscovery", .fields = kGroupVersionForDiscovery},
    {.name = "meta.v1.ServerAddressByClientCIDR", .fields = kServerAddressByClientCIDR},
    {.name = "version.Info", .fields = kVersionInfo},
};

}  // namespace

std::span<const TypeRow> meta_v1_discovery_types() { return kTypes; }

}  // namespace skiff::api::kinds
