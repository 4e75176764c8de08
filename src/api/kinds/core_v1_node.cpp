// v1 Node.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kNode[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "core.v1.NodeSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "core.v1.NodeStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kNodeSpec[] = {
    {.name = "podCIDR", .type = "string", .proto = 1, .doc = "The range of pod addresses of the node."},
    {.name = "externalID", .type = "string", .proto = 2},
    {.name = "providerID", .type = "string", .proto = 3},
    {.name = "unschedulable", .type = "bool", .proto = 4, .doc = "True: no new pods are placed here."},
    {.name = "taints", .type = "list<core.v1.Taint>", .proto = 5, .list_type = "atomic",
     .doc = "Keep pods away that do not tolerate them."},
    {.name = "configSource", .type = "core.v1.NodeConfigSource", .proto = 6},
    {.name = "podCIDRs", .type = "list<string>", .proto = 7, .list_type = "set", .patch_strategy = "merge"},
};

constexpr FieldRow kTaint[] = {
    {.name = "key", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "value", .type = "string", .proto = 2},
    {.name = "effect", .type = "string", .proto = 3, .required = true, .default_json = R"("")",
     .enum_values = "NoExecute,NoSchedule,PreferNoSchedule", .go = "v1.TaintEffect"},
    {.name = "timeAdded", .type = "time", .proto = 4, .go = "*"},
};

constexpr FieldRow kNodeConfigSource[] = {
    {.name = "configMap", .type = "core.v1.ConfigMapNodeConfigSource", .proto = 2},
};

constexpr FieldRow kConfigMapNodeConfigSource[] = {
    {.name = "namespace", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "uid", .type = "string", .proto = 3, .go = "types.UID"},
    {.name = "resourceVersion", .type = "string", .proto = 4},
    {.name = "kubeletConfigKey", .type = "string", .proto = 5, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kNodeStatus[] = {
    {.name = "capacity", .type = "map<string,quantity>", .proto = 1},
    {.name = "allocatable", .type = "map<string,quantity>", .proto = 2},
    {.name = "phase", .type = "string", .proto = 3, .enum_values = "Pending,Running,Terminated", .go = "v1.NodePhase"},
    {.name = "conditions", .type = "list<core.v1.NodeCondition>", .proto = 4, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
    {.name = "addresses", .type = "list<core.v1.NodeAddress>", .proto = 5, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type"},
    {.name = "daemonEndpoints", .type = "core.v1.NodeDaemonEndpoints", .proto = 6, .default_json = "{}"},
    {.name = "nodeInfo", .type = "core.v1.NodeSystemInfo", .proto = 7, .default_json = "{}"},
    {.name = "images", .type = "list<core.v1.ContainerImage>", .proto = 8, .list_type = "atomic"},
    {.name = "volumesInUse", .type = "list<string>", .proto = 9, .list_type = "atomic", .go = "v1.UniqueVolumeName"},
    {.name = "volumesAttached", .type = "list<core.v1.AttachedVolume>", .proto = 10, .list_type = "atomic"},
    {.name = "config", .type = "core.v1.NodeConfigStatus", .proto = 11},
    {.name = "runtimeHandlers", .type = "list<core.v1.NodeRuntimeHandler>", .proto = 12, .list_type = "atomic"},
    {.name = "features", .type = "core.v1.NodeFeatures", .proto = 13},
};

constexpr FieldRow kNodeCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.NodeConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastHeartbeatTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "lastTransitionTime", .type = "time", .proto = 4, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 5},
    {.name = "message", .type = "string", .proto = 6},
};

constexpr FieldRow kNodeAddress[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.NodeAddressType"},
    {.name = "address", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kNodeDaemonEndpoints[] = {
    {.name = "kubeletEndpoint", .type = "core.v1.DaemonEndpoint", .proto = 1, .default_json = "{}"},
};

constexpr FieldRow kDaemonEndpoint[] = {
    {.name = "Port", .type = "int32", .proto = 1, .required = true, .default_json = "0"},
};

constexpr FieldRow kNodeSystemInfo[] = {
    {.name = "machineID", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "systemUUID", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "bootID", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "kernelVersion", .type = "string", .proto = 4, .required = true, .default_json = R"("")"},
    {.name = "osImage", .type = "string", .proto = 5, .required = true, .default_json = R"("")"},
    {.name = "containerRuntimeVersion", .type = "string", .proto = 6, .required = true, .default_json = R"("")"},
    {.name = "kubeletVersion", .type = "string", .proto = 7, .required = true, .default_json = R"("")"},
    {.name = "kubeProxyVersion", .type = "string", .proto = 8, .required = true, .default_json = R"("")"},
    {.name = "operatingSystem", .type = "string", .proto = 9, .required = true, .default_json = R"("")"},
    {.name = "architecture", .type = "string", .proto = 10, .required = true, .default_json = R"("")"},
    {.name = "swap", .type = "core.v1.NodeSwapStatus", .proto = 11},
};

constexpr FieldRow kNodeSwapStatus[] = {
    {.name = "capacity", .type = "int64", .proto = 1, .go = "*"},
};

constexpr FieldRow kContainerImage[] = {
    {.name = "names", .type = "list<string>", .proto = 1, .list_type = "atomic", .absent = "null"},
    {.name = "sizeBytes", .type = "int64", .proto = 2},
};

constexpr FieldRow kAttachedVolume[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.UniqueVolumeName"},
    {.name = "devicePath", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kNodeConfigStatus[] = {
    {.name = "assigned", .type = "core.v1.NodeConfigSource", .proto = 1},
    {.name = "active", .type = "core.v1.NodeConfigSource", .proto = 2},
    {.name = "lastKnownGood", .type = "core.v1.NodeConfigSource", .proto = 3},
    {.name = "error", .type = "string", .proto = 4},
};

constexpr FieldRow kNodeRuntimeHandler[] = {
    {.name = "name", .type = "string", .proto = 1, .default_json = R"("")", .absent = R"("")"},
    {.name = "features", .type = "core.v1.NodeRuntimeHandlerFeatures", .proto = 2},
};

constexpr FieldRow kNodeRuntimeHandlerFeatures[] = {
    {.name = "recursiveReadOnlyMounts", .type = "bool", .proto = 1, .go = "*"},
    {.name = "userNamespaces", .type = "bool", .proto = 2, .go = "*"},
};

constexpr FieldRow kNodeFeatures[] = {
    {.name = "supplementalGroupsPolicy", .type = "bool", .proto = 1, .go = "*"},
};

constexpr FieldRow kNodeList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.Node>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Node", .fields = kNode, .doc = "A machine that runs pods."},
    {.name = "core.v1.NodeSpec", .fields = kNodeSpec},
    {.name = "core.v1.Taint", .fields = kTaint},
    {.name = "core.v1.NodeConfigSource", .fields = kNodeConfigSource},
    {.name = "core.v1.ConfigMapNodeConfigSource", .fields = kConfigMapNodeConfigSource},
    {.name = "core.v1.NodeStatus", .fields = kNodeStatus},
    {.name = "core.v1.NodeCondition", .fields = kNodeCondition},
    {.name = "core.v1.NodeAddress", .fields = kNodeAddress},
    {.name = "core.v1.NodeDaemonEndpoints", .fields = kNodeDaemonEndpoints},
    {.name = "core.v1.DaemonEndpoint", .fields = kDaemonEndpoint},
    {.name = "core.v1.NodeSystemInfo", .fields = kNodeSystemInfo},
    {.name = "core.v1.NodeSwapStatus", .fields = kNodeSwapStatus},
    {.name = "core.v1.ContainerImage", .fields = kContainerImage},
    {.name = "core.v1.AttachedVolume", .fields = kAttachedVolume},
    {.name = "core.v1.NodeConfigStatus", .fields = kNodeConfigStatus},
    {.name = "core.v1.NodeRuntimeHandler", .fields = kNodeRuntimeHandler},
    {.name = "core.v1.NodeRuntimeHandlerFeatures", .fields = kNodeRuntimeHandlerFeatures},
    {.name = "core.v1.NodeFeatures", .fields = kNodeFeatures},
    {.name = "core.v1.NodeList", .fields = kNodeList},
};

}  // namespace

void add_core_v1_node(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "Node"},
            .plural = "nodes",
            .singular = "node",
            .list_kind = "NodeList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .short_names = {"no"},
            .type_name = "core.v1.Node",
            .has_status = true,
            .storage_prefix = "nodes",
            .selectable_fields = {"spec.unschedulable=spec.unschedulable|!false"},
            .subresources =
                {
                    {.name = "proxy", .verbs = {"create", "delete", "get", "patch", "update"}, .kind = "NodeProxyOptions"},
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "Node"},
                },
            .columns = node_columns(),
            .hooks = node_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
