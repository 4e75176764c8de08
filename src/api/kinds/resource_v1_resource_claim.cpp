// resource.k8s.io/v1 ResourceClaim.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kResourceClaim[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "resource.v1.ResourceClaimSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
    {.name = "status", .type = "resource.v1.ResourceClaimStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kResourceClaimSpec[] = {
    {.name = "devices", .type = "resource.v1.DeviceClaim", .proto = 1, .default_json = "{}"},
};

constexpr FieldRow kDeviceClaim[] = {
    {.name = "requests", .type = "list<resource.v1.DeviceRequest>", .proto = 1, .list_type = "atomic", .absent = "null"},
    {.name = "constraints", .type = "list<resource.v1.DeviceConstraint>", .proto = 2, .list_type = "atomic"},
    {.name = "config", .type = "list<resource.v1.DeviceClaimConfiguration>", .proto = 3, .list_type = "atomic"},
};

constexpr FieldRow kDeviceRequest[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "exactly", .type = "resource.v1.ExactDeviceRequest", .proto = 2},
    {.name = "firstAvailable", .type = "list<resource.v1.DeviceSubRequest>", .proto = 3, .list_type = "atomic"},
};

constexpr FieldRow kExactDeviceRequest[] = {
    {.name = "deviceClassName", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "selectors", .type = "list<resource.v1.DeviceSelector>", .proto = 2, .list_type = "atomic"},
    {.name = "allocationMode", .type = "string", .proto = 3, .go = "v1.DeviceAllocationMode"},
    {.name = "count", .type = "int64", .proto = 4},
    {.name = "adminAccess", .type = "bool", .proto = 5, .go = "*"},
    {.name = "tolerations", .type = "list<resource.v1.DeviceToleration>", .proto = 6, .list_type = "atomic"},
    {.name = "capacity", .type = "resource.v1.CapacityRequirements", .proto = 7},
};

constexpr FieldRow kDeviceToleration[] = {
    {.name = "key", .type = "string", .proto = 1},
    {.name = "operator", .type = "string", .proto = 2, .default_json = R"("Equal")", .enum_values = "Equal,Exists",
     .go = "v1.DeviceTolerationOperator"},
    {.name = "value", .type = "string", .proto = 3},
    {.name = "effect", .type = "string", .proto = 4, .enum_values = "NoExecute,NoSchedule", .go = "v1.DeviceTaintEffect"},
    {.name = "tolerationSeconds", .type = "int64", .proto = 5, .go = "*"},
};

constexpr FieldRow kCapacityRequirements[] = {
    {.name = "requests", .type = "map<string,quantity>", .proto = 1, .go = "map[v1.QualifiedName]resource.Quantity|"},
};

constexpr FieldRow kDeviceSubRequest[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "deviceClassName", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "selectors", .type = "list<resource.v1.DeviceSelector>", .proto = 3, .list_type = "atomic"},
    {.name = "allocationMode", .type = "string", .proto = 4, .go = "v1.DeviceAllocationMode"},
    {.name = "count", .type = "int64", .proto = 5},
    {.name = "tolerations", .type = "list<resource.v1.DeviceToleration>", .proto = 6, .list_type = "atomic"},
    {.name = "capacity", .type = "resource.v1.CapacityRequirements", .proto = 7},
};

constexpr FieldRow kDeviceConstraint[] = {
    {.name = "requests", .type = "list<string>", .proto = 1, .list_type = "atomic"},
    {.name = "matchAttribute", .type = "string", .proto = 2, .go = "*v1.FullyQualifiedName"},
    {.name = "distinctAttribute", .type = "string", .proto = 3, .go = "*v1.FullyQualifiedName"},
};

constexpr FieldRow kDeviceClaimConfiguration[] = {
    {.name = "requests", .type = "list<string>", .proto = 1, .list_type = "atomic"},
    {.name = "opaque", .type = "resource.v1.OpaqueDeviceConfiguration", .proto = {2, 1}},
};

constexpr FieldRow kResourceClaimStatus[] = {
    {.name = "allocation", .type = "resource.v1.AllocationResult", .proto = 1},
    {.name = "reservedFor", .type = "list<resource.v1.ResourceClaimConsumerReference>", .proto = 2, .list_type = "map",
     .list_map_keys = "uid", .patch_strategy = "merge", .patch_merge_key = "uid"},
    {.name = "devices", .type = "list<resource.v1.AllocatedDeviceStatus>", .proto = 4, .list_type = "map",
     .list_map_keys = "driver,device,pool,shareID"},
};

constexpr FieldRow kAllocationResult[] = {
    {.name = "devices", .type = "resource.v1.DeviceAllocationResult", .proto = 1, .default_json = "{}"},
    {.name = "nodeSelector", .type = "core.v1.NodeSelector", .proto = 3, .map_type = "atomic"},
    {.name = "allocationTimestamp", .type = "time", .proto = 5, .go = "*"},
};

constexpr FieldRow kDeviceAllocationResult[] = {
    {.name = "results", .type = "list<resource.v1.DeviceRequestAllocationResult>", .proto = 1, .list_type = "atomic"},
    {.name = "config", .type = "list<resource.v1.DeviceAllocationConfiguration>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kDeviceRequestAllocationResult[] = {
    {.name = "request", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "driver", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "pool", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "device", .type = "string", .proto = 4, .required = true, .default_json = R"("")"},
    {.name = "adminAccess", .type = "bool", .proto = 5, .go = "*"},
    {.name = "tolerations", .type = "list<resource.v1.DeviceToleration>", .proto = 6, .list_type = "atomic"},
    {.name = "bindingConditions", .type = "list<string>", .proto = 7, .list_type = "atomic"},
    {.name = "bindingFailureConditions", .type = "list<string>", .proto = 8, .list_type = "atomic"},
    {.name = "shareID", .type = "string", .proto = 9, .go = "*types.UID"},
    {.name = "consumedCapacity", .type = "map<string,quantity>", .proto = 10, .go = "map[v1.QualifiedName]resource.Quantity|"},
};

constexpr FieldRow kDeviceAllocationConfiguration[] = {
    {.name = "source", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.AllocationConfigSource"},
    {.name = "requests", .type = "list<string>", .proto = 2, .list_type = "atomic"},
    {.name = "opaque", .type = "resource.v1.OpaqueDeviceConfiguration", .proto = {3, 1}},
};

constexpr FieldRow kResourceClaimConsumerReference[] = {
    {.name = "apiGroup", .type = "string", .proto = 1},
    {.name = "resource", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 4, .required = true, .default_json = R"("")"},
    {.name = "uid", .type = "string", .proto = 5, .required = true, .default_json = R"("")", .go = "types.UID"},
};

constexpr FieldRow kAllocatedDeviceStatus[] = {
    {.name = "driver", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "pool", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "device", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "conditions", .type = "list<meta.v1.Condition>", .proto = 4, .list_type = "map", .list_map_keys = "type",
     .doc = "The latest observations of its state.", .absent = "null"},
    {.name = "data", .type = "any", .proto = 5},
    {.name = "networkData", .type = "resource.v1.NetworkDeviceData", .proto = 6},
    {.name = "shareID", .type = "string", .proto = 7, .go = "*"},
};

constexpr FieldRow kNetworkDeviceData[] = {
    {.name = "interfaceName", .type = "string", .proto = 1},
    {.name = "ips", .type = "list<string>", .proto = 2, .list_type = "atomic"},
    {.name = "hardwareAddress", .type = "string", .proto = 3},
};

constexpr FieldRow kResourceClaimList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<resource.v1.ResourceClaim>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "resource.v1.ResourceClaim", .fields = kResourceClaim, .doc = "A request for devices by a workload."},
    {.name = "resource.v1.ResourceClaimSpec", .fields = kResourceClaimSpec},
    {.name = "resource.v1.DeviceClaim", .fields = kDeviceClaim},
    {.name = "resource.v1.DeviceRequest", .fields = kDeviceRequest},
    {.name = "resource.v1.ExactDeviceRequest", .fields = kExactDeviceRequest},
    {.name = "resource.v1.DeviceToleration", .fields = kDeviceToleration},
    {.name = "resource.v1.CapacityRequirements", .fields = kCapacityRequirements},
    {.name = "resource.v1.DeviceSubRequest", .fields = kDeviceSubRequest},
    {.name = "resource.v1.DeviceConstraint", .fields = kDeviceConstraint},
    {.name = "resource.v1.DeviceClaimConfiguration", .fields = kDeviceClaimConfiguration},
    {.name = "resource.v1.ResourceClaimStatus", .fields = kResourceClaimStatus},
    {.name = "resource.v1.AllocationResult", .fields = kAllocationResult},
    {.name = "resource.v1.DeviceAllocationResult", .fields = kDeviceAllocationResult},
    {.name = "resource.v1.DeviceRequestAllocationResult", .fields = kDeviceRequestAllocationResult},
    {.name = "resource.v1.DeviceAllocationConfiguration", .fields = kDeviceAllocationConfiguration},
    {.name = "resource.v1.ResourceClaimConsumerReference", .fields = kResourceClaimConsumerReference},
    {.name = "resource.v1.AllocatedDeviceStatus", .fields = kAllocatedDeviceStatus},
    {.name = "resource.v1.NetworkDeviceData", .fields = kNetworkDeviceData},
    {.name = "resource.v1.ResourceClaimList", .fields = kResourceClaimList},
};

}  // namespace

void add_resource_v1_resource_claim(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"resource.k8s.io", "v1", "ResourceClaim"},
            .plural = "resourceclaims",
            .singular = "resourceclaim",
            .list_kind = "ResourceClaimList",
            .verbs = all_verbs(),
            .type_name = "resource.v1.ResourceClaim",
            .has_status = true,
            .storage_prefix = "resource.k8s.io/resourceclaims",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "ResourceClaim"},
                },
            .columns = resource_claim_columns(),
            .hooks = resource_claim_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
