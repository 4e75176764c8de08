// v1 Service.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kService[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "core.v1.ServiceSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "core.v1.ServiceStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kServiceSpec[] = {
    {.name = "ports", .type = "list<core.v1.ServicePort>", .proto = 1, .list_type = "map", .list_map_keys = "port,protocol",
     .patch_strategy = "merge", .patch_merge_key = "port", .doc = "The ports of the Service."},
    {.name = "selector", .type = "map<string,string>", .proto = 2, .map_type = "atomic", .doc = "Labels of the pods behind it."},
    {.name = "clusterIP", .type = "string", .proto = 3, .doc = "The address in the cluster; None makes it headless."},
    {.name = "type", .type = "string", .proto = 4, .enum_values = "ClusterIP,ExternalName,LoadBalancer,NodePort",
     .doc = "ClusterIP, NodePort, LoadBalancer or ExternalName. Defaults to ClusterIP.", .go = "v1.ServiceType"},
    {.name = "externalIPs", .type = "list<string>", .proto = 5, .list_type = "atomic",
     .doc = "Further addresses at which nodes accept traffic."},
    {.name = "sessionAffinity", .type = "string", .proto = 7, .enum_values = "ClientIP,None",
     .doc = "ClientIP sends a client to the same pod. Defaults to None.", .go = "v1.ServiceAffinity"},
    {.name = "loadBalancerIP", .type = "string", .proto = 8},
    {.name = "loadBalancerSourceRanges", .type = "list<string>", .proto = 9, .list_type = "atomic"},
    {.name = "externalName", .type = "string", .proto = 10, .doc = "The name that ExternalName answers with."},
    {.name = "externalTrafficPolicy", .type = "string", .proto = 11, .enum_values = "Cluster,Local",
     .doc = "Cluster, or Local to keep traffic on its node and the client's address.", .go = "v1.ServiceExternalTrafficPolicy"},
    {.name = "healthCheckNodePort", .type = "int32", .proto = 12},
    {.name = "publishNotReadyAddresses", .type = "bool", .proto = 13},
    {.name = "sessionAffinityConfig", .type = "core.v1.SessionAffinityConfig", .proto = 14},
    {.name = "ipFamilyPolicy", .type = "string", .proto = 17, .enum_values = "PreferDualStack,RequireDualStack,SingleStack",
     .go = "*v1.IPFamilyPolicy"},
    {.name = "clusterIPs", .type = "list<string>", .proto = 18, .list_type = "atomic",
     .doc = "The addresses, at most one of each family."},
    {.name = "ipFamilies", .type = "list<string>", .proto = 19, .list_type = "atomic", .enum_values = ",IPv4,IPv6", .go = "v1.IPFamily"},
    {.name = "allocateLoadBalancerNodePorts", .type = "bool", .proto = 20, .go = "*"},
    {.name = "loadBalancerClass", .type = "string", .proto = 21, .go = "*"},
    {.name = "internalTrafficPolicy", .type = "string", .proto = 22, .enum_values = "Cluster,Local",
     .doc = "Cluster, or Local to keep traffic of pods on their node.", .go = "*v1.ServiceInternalTrafficPolicy"},
    {.name = "trafficDistribution", .type = "string", .proto = 23, .go = "*"},
};

constexpr FieldRow kServicePort[] = {
    {.name = "name", .type = "string", .proto = 1},
    {.name = "protocol", .type = "string", .proto = 2, .default_json = R"("TCP")", .enum_values = "SCTP,TCP,UDP", .go = "v1.Protocol"},
    {.name = "port", .type = "int32", .proto = 3, .required = true, .default_json = "0"},
    {.name = "targetPort", .type = "int-or-string", .proto = 4, .absent = "0"},
    {.name = "nodePort", .type = "int32", .proto = 5},
    {.name = "appProtocol", .type = "string", .proto = 6, .go = "*"},
};

constexpr FieldRow kSessionAffinityConfig[] = {
    {.name = "clientIP", .type = "core.v1.ClientIPConfig", .proto = 1},
};

constexpr FieldRow kClientIPConfig[] = {
    {.name = "timeoutSeconds", .type = "int32", .proto = 1, .go = "*"},
};

constexpr FieldRow kServiceStatus[] = {
    {.name = "loadBalancer", .type = "core.v1.LoadBalancerStatus", .proto = 1, .default_json = "{}"},
    {.name = "conditions", .type = "list<meta.v1.Condition>", .proto = 2, .list_type = "map", .list_map_keys = "type",
     .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
};

constexpr FieldRow kLoadBalancerStatus[] = {
    {.name = "ingress", .type = "list<core.v1.LoadBalancerIngress>", .proto = 1, .list_type = "atomic"},
};

constexpr FieldRow kLoadBalancerIngress[] = {
    {.name = "ip", .type = "string", .proto = 1},
    {.name = "hostname", .type = "string", .proto = 2},
    {.name = "ipMode", .type = "string", .proto = 3, .go = "*v1.LoadBalancerIPMode"},
    {.name = "ports", .type = "list<core.v1.PortStatus>", .proto = 4, .list_type = "atomic"},
};

constexpr FieldRow kPortStatus[] = {
    {.name = "port", .type = "int32", .proto = 1, .required = true, .default_json = "0"},
    {.name = "protocol", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .enum_values = "SCTP,TCP,UDP",
     .go = "v1.Protocol"},
    {.name = "error", .type = "string", .proto = 3, .go = "*"},
};

constexpr FieldRow kServiceList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.Service>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Service", .fields = kService, .doc = "A stable address and name in front of pods that a selector picks."},
    {.name = "core.v1.ServiceSpec", .fields = kServiceSpec},
    {.name = "core.v1.ServicePort", .fields = kServicePort},
    {.name = "core.v1.SessionAffinityConfig", .fields = kSessionAffinityConfig},
    {.name = "core.v1.ClientIPConfig", .fields = kClientIPConfig},
    {.name = "core.v1.ServiceStatus", .fields = kServiceStatus},
    {.name = "core.v1.LoadBalancerStatus", .fields = kLoadBalancerStatus},
    {.name = "core.v1.LoadBalancerIngress", .fields = kLoadBalancerIngress},
    {.name = "core.v1.PortStatus", .fields = kPortStatus},
    {.name = "core.v1.ServiceList", .fields = kServiceList},
};

}  // namespace

void add_core_v1_service(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "Service"},
            .plural = "services",
            .singular = "service",
            .list_kind = "ServiceList",
            .verbs = all_verbs(),
            .short_names = {"svc"},
            .categories = {"all"},
            .type_name = "core.v1.Service",
            .has_status = true,
            .storage_prefix = "services",
            .selectable_fields = {"spec.clusterIP", "spec.type"},
            .subresources =
                {
                    {.name = "proxy", .verbs = {"create", "delete", "get", "patch", "update"}, .kind = "ServiceProxyOptions"},
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "Service"},
                },
            .columns = service_columns(),
            .hooks = service_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
