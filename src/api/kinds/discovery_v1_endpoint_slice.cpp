// discovery.k8s.io/v1 EndpointSlice.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kEndpointSlice[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "endpoints", .type = "list<discovery.v1.Endpoint>", .proto = 2, .required = true, .list_type = "atomic"},
    {.name = "ports", .type = "list<discovery.v1.EndpointPort>", .proto = 3, .list_type = "atomic", .absent = "null"},
    {.name = "addressType", .type = "string", .proto = 4, .required = true, .default_json = R"("")", .enum_values = "FQDN,IPv4,IPv6",
     .go = "v1.AddressType"},
};

constexpr FieldRow kEndpoint[] = {
    {.name = "addresses", .type = "list<string>", .proto = 1, .required = true, .list_type = "set"},
    {.name = "conditions", .type = "discovery.v1.EndpointConditions", .proto = 2, .default_json = "{}"},
    {.name = "hostname", .type = "string", .proto = 3, .go = "*"},
    {.name = "targetRef", .type = "core.v1.ObjectReference", .proto = 4, .map_type = "atomic"},
    {.name = "deprecatedTopology", .type = "map<string,string>", .proto = 5},
    {.name = "nodeName", .type = "string", .proto = 6, .go = "*"},
    {.name = "zone", .type = "string", .proto = 7, .go = "*"},
    {.name = "hints", .type = "discovery.v1.EndpointHints", .proto = 8},
};

constexpr FieldRow kEndpointConditions[] = {
    {.name = "ready", .type = "bool", .proto = 1, .go = "*"},
    {.name = "serving", .type = "bool", .proto = 2, .go = "*"},
    {.name = "terminating", .type = "bool", .proto = 3, .go = "*"},
};

constexpr FieldRow kEndpointHints[] = {
    {.name = "forZones", .type = "list<discovery.v1.ForZone>", .proto = 1, .list_type = "atomic"},
    {.name = "forNodes", .type = "list<discovery.v1.ForNode>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kForZone[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kForNode[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kEndpointPort[] = {
    {.name = "name", .type = "string", .proto = 1, .go = "*"},
    {.name = "protocol", .type = "string", .proto = 2, .enum_values = "SCTP,TCP,UDP", .go = "*v1.Protocol"},
    {.name = "port", .type = "int32", .proto = 3, .go = "*"},
    {.name = "appProtocol", .type = "string", .proto = 4, .go = "*"},
};

constexpr FieldRow kEndpointSliceList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<discovery.v1.EndpointSlice>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "discovery.v1.EndpointSlice", .fields = kEndpointSlice, .doc = "A part of the endpoints behind a Service."},
    {.name = "discovery.v1.Endpoint", .fields = kEndpoint},
    {.name = "discovery.v1.EndpointConditions", .fields = kEndpointConditions},
    {.name = "discovery.v1.EndpointHints", .fields = kEndpointHints},
    {.name = "discovery.v1.ForZone", .fields = kForZone},
    {.name = "discovery.v1.ForNode", .fields = kForNode},
    {.name = "discovery.v1.EndpointPort", .fields = kEndpointPort},
    {.name = "discovery.v1.EndpointSliceList", .fields = kEndpointSliceList},
};

}  // namespace

void add_discovery_v1_endpoint_slice(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"discovery.k8s.io", "v1", "EndpointSlice"},
            .plural = "endpointslices",
            .singular = "endpointslice",
            .list_kind = "EndpointSliceList",
            .verbs = all_verbs(),
            .type_name = "discovery.v1.EndpointSlice",
            .has_generation = true,
            .storage_prefix = "discovery.k8s.io/endpointslices",
            .columns = endpoint_slice_columns(),
            .hooks = endpoint_slice_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
