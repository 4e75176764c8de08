// resource.k8s.io/v1 DeviceClass.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kDeviceClass[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "resource.v1.DeviceClassSpec", .proto = 2, .required = true, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kDeviceClassSpec[] = {
    {.name = "selectors", .type = "list<resource.v1.DeviceSelector>", .proto = 1, .list_type = "atomic"},
    {.name = "config", .type = "list<resource.v1.DeviceClassConfiguration>", .proto = 2, .list_type = "atomic"},
    {.name = "extendedResourceName", .type = "string", .proto = 4, .go = "*"},
};

constexpr FieldRow kDeviceSelector[] = {
    {.name = "cel", .type = "resource.v1.CELDeviceSelector", .proto = 1},
};

constexpr FieldRow kCELDeviceSelector[] = {
    {.name = "expression", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kDeviceClassConfiguration[] = {
    {.name = "opaque", .type = "resource.v1.OpaqueDeviceConfiguration", .proto = {1, 1}},
};

constexpr FieldRow kOpaqueDeviceConfiguration[] = {
    {.name = "driver", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "parameters", .type = "any", .proto = 2, .required = true},
};

constexpr FieldRow kDeviceClassList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<resource.v1.DeviceClass>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "resource.v1.DeviceClass", .fields = kDeviceClass, .doc = "A class of devices that claims can ask for."},
    {.name = "resource.v1.DeviceClassSpec", .fields = kDeviceClassSpec},
    {.name = "resource.v1.DeviceSelector", .fields = kDeviceSelector},
    {.name = "resource.v1.CELDeviceSelector", .fields = kCELDeviceSelector},
    {.name = "resource.v1.DeviceClassConfiguration", .fields = kDeviceClassConfiguration},
    {.name = "resource.v1.OpaqueDeviceConfiguration", .fields = kOpaqueDeviceConfiguration},
    {.name = "resource.v1.DeviceClassList", .fields = kDeviceClassList},
};

}  // namespace

void add_resource_v1_device_class(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"resource.k8s.io", "v1", "DeviceClass"},
            .plural = "deviceclasses",
            .singular = "deviceclass",
            .list_kind = "DeviceClassList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .type_name = "resource.v1.DeviceClass",
            .has_generation = true,
            .storage_prefix = "resource.k8s.io/deviceclasses",
            .columns = device_class_columns(),
            .hooks = device_class_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
