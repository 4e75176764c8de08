#include "agent/policy/pod_policies.h"

#include <catch2/catch.hpp>

#include "agent/policy/policy_rules.h"
#include "json/yaml.h"

using namespace skiff;
using namespace skiff::agent;
using namespace skiff::agent::policy;

namespace {

json::Value yaml(const char* text) { return *json::parse_yaml(text); }

PodFacts pod(const char* ns, const char* ip, api::Labels labels, std::vector<ContainerPort> ports = {}) { return {ns, "here", ip, std::move(labels), std::move(ports)}; }

struct Cluster {
    std::vector<PodFacts> pods{pod("shop", "10.42.0.2", {{"app", "web"}}, {{"http", 6, 8080}}), pod("shop", "10.42.0.3", {{"app", "db"}}, {{"sql", 6, 5432}}),
                               pod("other", "10.42.0.4", {{"app", "web"}}, {{"http", 6, 80}}), pod("shop", "", {{"app", "web"}})};
    std::vector<NamespaceFacts> namespaces{{"shop", {{"team", "a"}}}, {"other", {{"team", "b"}}}};

    std::vector<PodPolicy> operator()(const std::vector<const char*>& policies, const char* node = "here") const {
        std::vector<json::Value> held;
        for (const char* text : policies) held.push_back(yaml(text));
        std::vector<const json::Value*> list;
        for (const auto& policy : held) list.push_back(&policy);
        std::vector<const PodFacts*> facts;
        for (const auto& p : pods) facts.push_back(&p);
        return pod_policies(list, facts, namespaces, node);
    }
};

constexpr const char* kDenyAll = "{metadata: {namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}";

}  // namespace

TEST_CASE("a policy isolates the pods of its namespace on this node, and none without an address") {
    Cluster cluster;
    auto result = cluster({kDenyAll});
    REQUIRE(result.size() == 2);
    CHECK(result[0].address == "10.42.0.2");
    CHECK((result[0].ingress_isolated && result[0].egress_isolated && result[0].ingress.empty() && result[0].egress.empty()));
    CHECK(cluster({kDenyAll}, "elsewhere").empty());
    CHECK(cluster({}).empty());
}

TEST_CASE("peers are the pods of chosen namespaces, address blocks, or everybody") {
    Cluster cluster;
    auto result = cluster({"{metadata: {namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: ["
                           "{podSelector: {matchLabels: {app: web}}}, {namespaceSelector: {matchLabels: {team: b}}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}],"
                           " ports: [{protocol: TCP, port: 5432}, {protocol: UDP, port: 100, endPort: 200}]}, {}]}}"});
    REQUIRE(result.size() == 1);
    CHECK(!result[0].egress_isolated);
    REQUIRE(result[0].ingress.size() == 2);
    const Allow& some = result[0].ingress[0];
    CHECK(some.addresses == std::set<std::string>{"10.42.0.2", "10.42.0.4"});
    CHECK(some.blocks == std::vector<Block>{{"10.0.0.0/8", {"10.1.0.0/16"}}});
    CHECK(some.ports == std::vector<PortRange>{{6, 5432, 5432}, {17, 100, 200}});
    CHECK((result[0].ingress[1].any_peer && result[0].ingress[1].any_port));
}

TEST_CASE("both selectors of a peer must hold, and a peer that selects nobody allows nobody") {
    Cluster cluster;
    auto both = cluster({"{metadata: {namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: ["
                         "{namespaceSelector: {matchLabels: {team: b}}, podSelector: {matchLabels: {app: web}}}]}]}}"});
    REQUIRE(both.at(0).ingress.size() == 1);
    CHECK(both[0].ingress[0].addresses == std::set<std::string>{"10.42.0.4"});
    auto nobody = cluster({"{metadata: {namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: ["
                           "{podSelector: {matchLabels: {app: missing}}}]}]}}"});
    CHECK(nobody.at(0).ingress.empty());
}

TEST_CASE("a named port is the selected pod's for ingress and each peer's own for egress") {
    Cluster cluster;
    auto in = cluster({"{metadata: {namespace: shop}, spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{ports: [{port: http}]}]}}"});
    CHECK(in.at(0).ingress.at(0).ports == std::vector<PortRange>{{6, 8080, 8080}});
    auto out = cluster({"{metadata: {namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}}"});
    REQUIRE(out.at(0).egress.size() == 2);
    CHECK(out[0].egress[0].addresses == std::set<std::string>{"10.42.0.4"});
    CHECK(out[0].egress[0].ports == std::vector<PortRange>{{6, 80, 80}});
    CHECK(out[0].egress[1].ports == std::vector<PortRange>{{6, 8080, 8080}});
    auto unknown = cluster({"{metadata: {namespace: shop}, spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{ports: [{port: nope}]}]}}"});
    CHECK(unknown.at(0).ingress.empty());
}

TEST_CASE("policies of one pod add up") {
    Cluster cluster;
    auto result = cluster({kDenyAll, "{metadata: {namespace: shop}, spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{}]}}"});
    CHECK(result.at(0).ingress.size() == 1);
    CHECK(result.at(1).ingress.empty());
}

TEST_CASE("the kernel takes the rules of every form, and none when no policy is left", "[root]") {
    if (::geteuid() != 0) return;
    auto socket = sys::NetlinkSocket::open_netfilter();
    REQUIRE(socket.ok());
    const std::string table = "skiff-policy-test";
    PodPolicy pod{"10.42.0.2", true, true, {}, {}};
    pod.ingress.push_back({true, false, {}, {}, {{6, 80, 80}, {17, 100, 200}, {132, 0, 0}}});
    pod.ingress.push_back({false, true, {"10.42.0.3", "10.42.1.4"}, {{"10.0.0.0/8", {"10.1.0.0/16"}}, {"0.0.0.0/0", {}}}, {}});
    pod.egress.push_back({false, false, {"10.42.0.3", "10.42.1.4"}, {}, {{6, 1, 65535}}});
    CHECK(policy_batch(table, {pod}).commit(*socket, "test").message() == "");
    CHECK(sys::nft_rule_count(*socket, sys::kFamilyInet, table).value_or(0) == 3 + 2 + 3 + 3 + 2 + 1);
    CHECK(policy_batch(table, {}).commit(*socket, "test").message() == "");
    CHECK(!sys::nft_table_state(*socket, sys::kFamilyInet, table).ok());
}
