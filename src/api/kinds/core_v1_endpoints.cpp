// v1 Endpoints.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kEndpoints[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "subsets", .type = "list<core.v1.EndpointSubset>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kEndpointSubset[] = {
    {.name = "addresses", .type = "list<core.v1.EndpointAddress>", .proto = 1, .list_type = "atomic"},
    {.name = "notReadyAddresses", .type = "list<core.v1.EndpointAddress>", .proto = 2, .list_type = "atomic"},
    {.name = "ports", .type = "list<core.v1.EndpointPort>", .proto = 3, .list_type = "atomic"},
};

constexpr FieldRow kEndpointAddress[] = {
    {.name = "ip", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "targetRef", .type = "core.v1.ObjectReference", .proto = 2, .map_type = "atomic"},
    {.name = "hostname", .type = "string", .proto = 3},
    {.name = "nodeName", .type = "string", .proto = 4, .go = "*"},
};

constexpr FieldRow kEndpointPort[] = {
    {.name = "name", .type = "string", .proto = 1},
    {.name = "port", .type = "int32", .proto = 2, .required = true, .default_json = "0"},
    {.name = "protocol", .type = "string", .proto = 3, .enum_values = "SCTP,TCP,UDP", .go = "v1.Protocol"},
    {.name = "appProtocol", .type = "string", .proto = 4, .go = "*"},
};

constexpr FieldRow kEndpointsList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.Endpoints>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Endpoints", .fields = kEndpoints, .doc = "The addresses behind a Service. EndpointSlice replaces it."},
    {.name = "core.v1.EndpointSubset", .fields = kEndpointSubset},
    {.name = "core.v1.EndpointAddress", .fields = kEndpointAddress},
    {.name = "core.v1.EndpointPort", .fields = kEndpointPort},
    {.name = "core.v1.EndpointsList", .fields = kEndpointsList},
};

}  // namespace

void add_core_v1_endpoints(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "Endpoints"},
            .plural = "endpoints",
            .singular = "endpoints",
            .list_kind = "EndpointsList",
            .verbs = all_verbs(),
            .short_names = {"ep"},
            .type_name = "core.v1.Endpoints",
            .storage_prefix = "endpoints",
            .columns = endpoints_columns(),
            .hooks = endpoints_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
