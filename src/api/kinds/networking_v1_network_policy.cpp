// networking.k8s.io/v1 NetworkPolicy.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kNetworkPolicy[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "networking.v1.NetworkPolicySpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
};

constexpr FieldRow kNetworkPolicySpec[] = {
    {.name = "podSelector", .type = "meta.v1.LabelSelector", .proto = 1, .default_json = "{}", .map_type = "atomic"},
    {.name = "ingress", .type = "list<networking.v1.NetworkPolicyIngressRule>", .proto = 2, .list_type = "atomic"},
    {.name = "egress", .type = "list<networking.v1.NetworkPolicyEgressRule>", .proto = 3, .list_type = "atomic"},
    {.name = "policyTypes", .type = "list<string>", .proto = 4, .list_type = "atomic", .enum_values = "Egress,Ingress",
     .go = "v1.PolicyType"},
};

constexpr FieldRow kNetworkPolicyIngressRule[] = {
    {.name = "ports", .type = "list<networking.v1.NetworkPolicyPort>", .proto = 1, .list_type = "atomic"},
    {.name = "from", .type = "list<networking.v1.NetworkPolicyPeer>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kNetworkPolicyPort[] = {
    {.name = "protocol", .type = "string", .proto = 1, .enum_values = "SCTP,TCP,UDP", .go = "*v1.Protocol"},
    {.name = "port", .type = "int-or-string", .proto = 2, .go = "*"},
    {.name = "endPort", .type = "int32", .proto = 3, .go = "*"},
};

constexpr FieldRow kNetworkPolicyPeer[] = {
    {.name = "podSelector", .type = "meta.v1.LabelSelector", .proto = 1, .map_type = "atomic"},
    {.name = "namespaceSelector", .type = "meta.v1.LabelSelector", .proto = 2, .map_type = "atomic"},
    {.name = "ipBlock", .type = "networking.v1.IPBlock", .proto = 3},
};

constexpr FieldRow kIPBlock[] = {
    {.name = "cidr", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "except", .type = "list<string>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kNetworkPolicyEgressRule[] = {
    {.name = "ports", .type = "list<networking.v1.NetworkPolicyPort>", .proto = 1, .list_type = "atomic"},
    {.name = "to", .type = "list<networking.v1.NetworkPolicyPeer>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kNetworkPolicyList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<networking.v1.NetworkPolicy>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "networking.v1.NetworkPolicy", .fields = kNetworkPolicy, .doc = "Which traffic the selected pods may receive and send."},
    {.name = "networking.v1.NetworkPolicySpec", .fields = kNetworkPolicySpec},
    {.name = "networking.v1.NetworkPolicyIngressRule", .fields = kNetworkPolicyIngressRule},
    {.name = "networking.v1.NetworkPolicyPort", .fields = kNetworkPolicyPort},
    {.name = "networking.v1.NetworkPolicyPeer", .fields = kNetworkPolicyPeer},
    {.name = "networking.v1.IPBlock", .fields = kIPBlock},
    {.name = "networking.v1.NetworkPolicyEgressRule", .fields = kNetworkPolicyEgressRule},
    {.name = "networking.v1.NetworkPolicyList", .fields = kNetworkPolicyList},
};

}  // namespace

void add_networking_v1_network_policy(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"networking.k8s.io", "v1", "NetworkPolicy"},
            .plural = "networkpolicies",
            .singular = "networkpolicy",
            .list_kind = "NetworkPolicyList",
            .verbs = all_verbs(),
            .short_names = {"netpol"},
            .type_name = "networking.v1.NetworkPolicy",
            .has_generation = true,
            .storage_prefix = "networking.k8s.io/networkpolicies",
            .columns = network_policy_columns(),
            .hooks = network_policy_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
