// storage.k8s.io/v1 CSIDriver.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kCSIDriver[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "storage.v1.CSIDriverSpec", .proto = 2, .required = true, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kCSIDriverSpec[] = {
    {.name = "attachRequired", .type = "bool", .proto = 1, .go = "*"},
    {.name = "podInfoOnMount", .type = "bool", .proto = 2, .go = "*"},
    {.name = "volumeLifecycleModes", .type = "list<string>", .proto = 3, .list_type = "set", .go = "v1.VolumeLifecycleMode"},
    {.name = "storageCapacity", .type = "bool", .proto = 4, .go = "*"},
    {.name = "fsGroupPolicy", .type = "string", .proto = 5, .go = "*v1.FSGroupPolicy"},
    {.name = "tokenRequests", .type = "list<storage.v1.TokenRequest>", .proto = 6, .list_type = "atomic"},
    {.name = "requiresRepublish", .type = "bool", .proto = 7, .go = "*"},
    {.name = "seLinuxMount", .type = "bool", .proto = 8, .go = "*"},
    {.name = "nodeAllocatableUpdatePeriodSeconds", .type = "int64", .proto = 9, .go = "*"},
};

constexpr FieldRow kTokenRequest[] = {
    {.name = "audience", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "expirationSeconds", .type = "int64", .proto = 2, .go = "*"},
};

constexpr FieldRow kCSIDriverList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<storage.v1.CSIDriver>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "storage.v1.CSIDriver", .fields = kCSIDriver, .doc = "A storage driver of the cluster and what it can do."},
    {.name = "storage.v1.CSIDriverSpec", .fields = kCSIDriverSpec},
    {.name = "storage.v1.TokenRequest", .fields = kTokenRequest, .doc = "Asks for a token of a service account."},
    {.name = "storage.v1.CSIDriverList", .fields = kCSIDriverList},
};

}  // namespace

void add_storage_v1_csi_driver(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"storage.k8s.io", "v1", "CSIDriver"},
            .plural = "csidrivers",
            .singular = "csidriver",
            .list_kind = "CSIDriverList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "storage.v1.CSIDriver",
            .storage_prefix = "storage.k8s.io/csidrivers",
            .columns = csi_driver_columns(),
            .hooks = csi_driver_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
