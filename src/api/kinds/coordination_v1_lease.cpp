// coordination.k8s.io/v1 Lease.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kLease[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "coordination.v1.LeaseSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kLeaseSpec[] = {
    {.name = "holderIdentity", .type = "string", .proto = 1, .go = "*"},
    {.name = "leaseDurationSeconds", .type = "int32", .proto = 2, .go = "*"},
    {.name = "acquireTime", .type = "micro-time", .proto = 3, .go = "*"},
    {.name = "renewTime", .type = "micro-time", .proto = 4, .go = "*"},
    {.name = "leaseTransitions", .type = "int32", .proto = 5, .go = "*"},
    {.name = "strategy", .type = "string", .proto = 6, .go = "*v1.CoordinatedLeaseStrategy"},
    {.name = "preferredHolder", .type = "string", .proto = 7, .go = "*"},
};

constexpr FieldRow kLeaseList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<coordination.v1.Lease>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "coordination.v1.Lease", .fields = kLease, .doc = "Who holds something, and since when: heartbeats and leader election."},
    {.name = "coordination.v1.LeaseSpec", .fields = kLeaseSpec},
    {.name = "coordination.v1.LeaseList", .fields = kLeaseList},
};

}  // namespace

void add_coordination_v1_lease(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"coordination.k8s.io", "v1", "Lease"},
            .plural = "leases",
            .singular = "lease",
            .list_kind = "LeaseList",
            .verbs = all_verbs(),
            .type_name = "coordination.v1.Lease",
            .storage_prefix = "coordination.k8s.io/leases",
            .columns = lease_columns(),
            .hooks = lease_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
