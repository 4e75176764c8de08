// networking.k8s.io/v1 Ingress.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kIngress[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "networking.v1.IngressSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "networking.v1.IngressStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kIngressSpec[] = {
    {.name = "defaultBackend", .type = "networking.v1.IngressBackend", .proto = 1},
    {.name = "tls", .type = "list<networking.v1.IngressTLS>", .proto = 2, .list_type = "atomic"},
    {.name = "rules", .type = "list<networking.v1.IngressRule>", .proto = 3, .list_type = "atomic"},
    {.name = "ingressClassName", .type = "string", .proto = 4, .go = "*"},
};

constexpr FieldRow kIngressBackend[] = {
    {.name = "resource", .type = "core.v1.TypedLocalObjectReference", .proto = 3, .map_type = "atomic"},
    {.name = "service", .type = "networking.v1.IngressServiceBackend", .proto = 4},
};

constexpr FieldRow kIngressServiceBackend[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "port", .type = "networking.v1.ServiceBackendPort", .proto = 2, .default_json = "{}", .map_type = "atomic"},
};

constexpr FieldRow kServiceBackendPort[] = {
    {.name = "name", .type = "string", .proto = 1},
    {.name = "number", .type = "int32", .proto = 2},
};

constexpr FieldRow kIngressTLS[] = {
    {.name = "hosts", .type = "list<string>", .proto = 1, .list_type = "atomic"},
    {.name = "secretName", .type = "string", .proto = 2},
};

constexpr FieldRow kIngressRule[] = {
    {.name = "host", .type = "string", .proto = 1},
    {.name = "http", .type = "networking.v1.HTTPIngressRuleValue", .proto = {2, 1}},
};

constexpr FieldRow kHTTPIngressRuleValue[] = {
    {.name = "paths", .type = "list<networking.v1.HTTPIngressPath>", .proto = 1, .required = true, .list_type = "atomic"},
};

constexpr FieldRow kHTTPIngressPath[] = {
    {.name = "path", .type = "string", .proto = 1},
    {.name = "backend", .type = "networking.v1.IngressBackend", .proto = 2, .required = true, .default_json = "{}"},
    {.name = "pathType", .type = "string", .proto = 3, .required = true, .enum_values = "Exact,ImplementationSpecific,Prefix",
     .go = "*v1.PathType"},
};

constexpr FieldRow kIngressStatus[] = {
    {.name = "loadBalancer", .type = "networking.v1.IngressLoadBalancerStatus", .proto = 1, .default_json = "{}"},
};

constexpr FieldRow kIngressLoadBalancerStatus[] = {
    {.name = "ingress", .type = "list<networking.v1.IngressLoadBalancerIngress>", .proto = 1, .list_type = "atomic"},
};

constexpr FieldRow kIngressLoadBalancerIngress[] = {
    {.name = "ip", .type = "string", .proto = 1},
    {.name = "hostname", .type = "string", .proto = 2},
    {.name = "ports", .type = "list<networking.v1.IngressPortStatus>", .proto = 4, .list_type = "atomic"},
};

constexpr FieldRow kIngressPortStatus[] = {
    {.name = "port", .type = "int32", .proto = 1, .required = true, .default_json = "0"},
    {.name = "protocol", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .enum_values = "SCTP,TCP,UDP",
     .go = "v1.Protocol"},
    {.name = "error", .type = "string", .proto = 3, .go = "*"},
};

constexpr FieldRow kIngressList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<networking.v1.Ingress>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "networking.v1.Ingress", .fields = kIngress, .doc = "Routes HTTP from outside to Services by host and path."},
    {.name = "networking.v1.IngressSpec", .fields = kIngressSpec},
    {.name = "networking.v1.IngressBackend", .fields = kIngressBackend},
    {.name = "networking.v1.IngressServiceBackend", .fields = kIngressServiceBackend},
    {.name = "networking.v1.ServiceBackendPort", .fields = kServiceBackendPort},
    {.name = "networking.v1.IngressTLS", .fields = kIngressTLS},
    {.name = "networking.v1.IngressRule", .fields = kIngressRule},
    {.name = "networking.v1.HTTPIngressRuleValue", .fields = kHTTPIngressRuleValue},
    {.name = "networking.v1.HTTPIngressPath", .fields = kHTTPIngressPath},
    {.name = "networking.v1.IngressStatus", .fields = kIngressStatus},
    {.name = "networking.v1.IngressLoadBalancerStatus", .fields = kIngressLoadBalancerStatus},
    {.name = "networking.v1.IngressLoadBalancerIngress", .fields = kIngressLoadBalancerIngress},
    {.name = "networking.v1.IngressPortStatus", .fields = kIngressPortStatus},
    {.name = "networking.v1.IngressList", .fields = kIngressList},
};

}  // namespace

void add_networking_v1_ingress(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"networking.k8s.io", "v1", "Ingress"},
            .plural = "ingresses",
            .singular = "ingress",
            .list_kind = "IngressList",
            .verbs = all_verbs(),
            .short_names = {"ing"},
            .type_name = "networking.v1.Ingress",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "networking.k8s.io/ingresses",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "Ingress"},
                },
            .columns = ingress_columns(),
            .hooks = ingress_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
