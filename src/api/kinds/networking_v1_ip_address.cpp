// networking.k8s.io/v1 IPAddress.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kIPAddress[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "networking.v1.IPAddressSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kIPAddressSpec[] = {
    {.name = "parentRef", .type = "networking.v1.ParentReference", .proto = 1, .required = true, .absent = "-"},
};

constexpr FieldRow kParentReference[] = {
    {.name = "group", .type = "string", .proto = 1},
    {.name = "resource", .type = "string", .proto = 2, .required = true, .absent = "-"},
    {.name = "namespace", .type = "string", .proto = 3},
    {.name = "name", .type = "string", .proto = 4, .required = true, .absent = "-"},
};

constexpr FieldRow kIPAddressList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<networking.v1.IPAddress>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "networking.v1.IPAddress", .fields = kIPAddress, .doc = "An address of a service range that is in use."},
    {.name = "networking.v1.IPAddressSpec", .fields = kIPAddressSpec},
    {.name = "networking.v1.ParentReference", .fields = kParentReference},
    {.name = "networking.v1.IPAddressList", .fields = kIPAddressList},
};

}  // namespace

void add_networking_v1_ip_address(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"networking.k8s.io", "v1", "IPAddress"},
            .plural = "ipaddresses",
            .singular = "ipaddress",
            .list_kind = "IPAddressList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .short_names = {"ip"},
            .type_name = "networking.v1.IPAddress",
            .storage_prefix = "networking.k8s.io/ipaddresses",
            .columns = ip_address_columns(),
            .hooks = ip_address_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
