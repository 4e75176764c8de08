// networking.k8s.io/v1 ServiceCIDR.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kServiceCIDR[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "networking.v1.ServiceCIDRSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "networking.v1.ServiceCIDRStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kServiceCIDRSpec[] = {
    {.name = "cidrs", .type = "list<string>", .proto = 1, .list_type = "atomic"},
};

constexpr FieldRow kServiceCIDRStatus[] = {
    {.name = "conditions", .type = "list<meta.v1.Condition>", .proto = 1, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
};

constexpr FieldRow kServiceCIDRList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<networking.v1.ServiceCIDR>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "networking.v1.ServiceCIDR", .fields = kServiceCIDR, .doc = "A range from which Services get their cluster addresses."},
    {.name = "networking.v1.ServiceCIDRSpec", .fields = kServiceCIDRSpec},
    {.name = "networking.v1.ServiceCIDRStatus", .fields = kServiceCIDRStatus},
    {.name = "networking.v1.ServiceCIDRList", .fields = kServiceCIDRList},
};

}  // namespace

void add_networking_v1_service_cidr(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"networking.k8s.io", "v1", "ServiceCIDR"},
            .plural = "servicecidrs",
            .singular = "servicecidr",
            .list_kind = "ServiceCIDRList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "networking.v1.ServiceCIDR",
            .has_status = true,
            .storage_prefix = "networking.k8s.io/servicecidrs",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "ServiceCIDR"},
                },
            .columns = service_cidr_columns(),
            .hooks = service_cidr_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
