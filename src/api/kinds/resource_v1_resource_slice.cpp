// resource.k8s.io/v1 ResourceSlice.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kResourceSlice[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "resource.v1.ResourceSliceSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
};

constexpr FieldRow kResourceSliceSpec[] = {
    {.name = "driver", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "pool", .type = "resource.v1.ResourcePool", .proto = 2, .required = true, .default_json = "{}"},
    {.name = "nodeName", .type = "string", .proto = 3, .go = "*"},
    {.name = "nodeSelector", .type = "core.v1.NodeSelector", .proto = 4, .map_type = "atomic"},
    {.name = "allNodes", .type = "bool", .proto = 5, .go = "*"},
    {.name = "devices", .type = "list<resource.v1.Device>", .proto = 6, .list_type = "atomic", .absent = "null"},
    {.name = "perDeviceNodeSelection", .type = "bool", .proto = 7, .go = "*"},
    {.name = "sharedCounters", .type = "list<resource.v1.CounterSet>", .proto = 8, .list_type = "atomic"},
};

constexpr FieldRow kResourcePool[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "generation", .type = "int64", .proto = 2, .required = true, .default_json = "0"},
    {.name = "resourceSliceCount", .type = "int64", .proto = 3, .required = true, .default_json = "0"},
};

constexpr FieldRow kDevice[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "attributes", .type = "map<string,resource.v1.DeviceAttribute>", .proto = 2, .go = "map[v1.QualifiedName]v1.DeviceAttribute|"},
    {.name = "capacity", .type = "map<string,resource.v1.DeviceCapacity>", .proto = 3, .go = "map[v1.QualifiedName]v1.DeviceCapacity|"},
    {.name = "consumesCounters", .type = "list<resource.v1.DeviceCounterConsumption>", .proto = 4, .list_type = "atomic"},
    {.name = "nodeName", .type = "string", .proto = 5, .go = "*"},
    {.name = "nodeSelector", .type = "core.v1.NodeSelector", .proto = 6, .map_type = "atomic"},
    {.name = "allNodes", .type = "bool", .proto = 7, .go = "*"},
    {.name = "taints", .type = "list<resource.v1.DeviceTaint>", .proto = 8, .list_type = "atomic"},
    {.name = "bindsToNode", .type = "bool", .proto = 9, .go = "*"},
    {.name = "bindingConditions", .type = "list<string>", .proto = 10, .list_type = "atomic"},
    {.name = "bindingFailureConditions", .type = "list<string>", .proto = 11, .list_type = "atomic"},
    {.name = "allowMultipleAllocations", .type = "bool", .proto = 12, .go = "*"},
};

constexpr FieldRow kDeviceAttribute[] = {
    {.name = "int", .type = "int64", .proto = 2, .go = "*"},
    {.name = "bool", .type = "bool", .proto = 3, .go = "*"},
    {.name = "string", .type = "string", .proto = 4, .go = "*"},
    {.name = "version", .type = "string", .proto = 5, .go = "*"},
};

constexpr FieldRow kDeviceCapacity[] = {
    {.name = "value", .type = "quantity", .proto = 1, .required = true, .absent = R"("0")"},
    {.name = "requestPolicy", .type = "resource.v1.CapacityRequestPolicy", .proto = 2},
};

constexpr FieldRow kCapacityRequestPolicy[] = {
    {.name = "default", .type = "quantity", .proto = 1, .go = "*", .absent = "null"},
    {.name = "validValues", .type = "list<quantity>", .proto = 3, .list_type = "atomic"},
    {.name = "validRange", .type = "resource.v1.CapacityRequestPolicyRange", .proto = 4},
};

constexpr FieldRow kCapacityRequestPolicyRange[] = {
    {.name = "min", .type = "quantity", .proto = 1, .required = true, .go = "*", .absent = "-"},
    {.name = "max", .type = "quantity", .proto = 2, .go = "*"},
    {.name = "step", .type = "quantity", .proto = 3, .go = "*"},
};

constexpr FieldRow kDeviceCounterConsumption[] = {
    {.name = "counterSet", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "counters", .type = "map<string,resource.v1.Counter>", .proto = 2, .required = true, .absent = "-"},
};

constexpr FieldRow kCounter[] = {
    {.name = "value", .type = "quantity", .proto = 1, .required = true, .absent = R"("0")"},
};

constexpr FieldRow kDeviceTaint[] = {
    {.name = "key", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "value", .type = "string", .proto = 2},
    {.name = "effect", .type = "string", .proto = 3, .required = true, .default_json = R"("")", .enum_values = "NoExecute,NoSchedule",
     .go = "v1.DeviceTaintEffect"},
    {.name = "timeAdded", .type = "time", .proto = 4, .go = "*"},
};

constexpr FieldRow kCounterSet[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "counters", .type = "map<string,resource.v1.Counter>", .proto = 2, .required = true, .absent = "-"},
};

constexpr FieldRow kResourceSliceList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<resource.v1.ResourceSlice>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "resource.v1.ResourceSlice", .fields = kResourceSlice, .doc = "Devices that a driver offers on a node or in a pool."},
    {.name = "resource.v1.ResourceSliceSpec", .fields = kResourceSliceSpec},
    {.name = "resource.v1.ResourcePool", .fields = kResourcePool},
    {.name = "resource.v1.Device", .fields = kDevice},
    {.name = "resource.v1.DeviceAttribute", .fields = kDeviceAttribute},
    {.name = "resource.v1.DeviceCapacity", .fields = kDeviceCapacity},
    {.name = "resource.v1.CapacityRequestPolicy", .fields = kCapacityRequestPolicy},
    {.name = "resource.v1.CapacityRequestPolicyRange", .fields = kCapacityRequestPolicyRange},
    {.name = "resource.v1.DeviceCounterConsumption", .fields = kDeviceCounterConsumption},
    {.name = "resource.v1.Counter", .fields = kCounter},
    {.name = "resource.v1.DeviceTaint", .fields = kDeviceTaint},
    {.name = "resource.v1.CounterSet", .fields = kCounterSet},
    {.name = "resource.v1.ResourceSliceList", .fields = kResourceSliceList},
};

}  // namespace

void add_resource_v1_resource_slice(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"resource.k8s.io", "v1", "ResourceSlice"},
            .plural = "resourceslices",
            .singular = "resourceslice",
            .list_kind = "ResourceSliceList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "resource.v1.ResourceSlice",
            .has_generation = true,
            .storage_prefix = "resource.k8s.io/resourceslices",
            .selectable_fields = {"spec.nodeName", "spec.driver"},
            .columns = resource_slice_columns(),
            .hooks = resource_slice_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
