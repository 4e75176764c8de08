#include "embedded/servicelb/addresses.h"

#include <catch2/catch.hpp>

#include "json/yaml.h"

using namespace skiff;
using namespace skiff::servicelb;

namespace {

json::Value service(const char* name, const char* created, const char* spec) {
    auto object = json::Value::object({{"metadata", json::Value::object({{"namespace", "default"}, {"name", name}, {"creationTimestamp", created}})}});
    object.set("spec", *json::parse_yaml(spec));
    return object;
}

const std::vector<NodeFacts> kNodes{{"a", {"192.0.2.1"}, true}, {"b", {"192.0.2.2"}, true}, {"c", {"192.0.2.3"}, false}};

}  // namespace

TEST_CASE("a balanced Service gets the addresses of all usable nodes") {
    auto web = service("web", "2026-01-01T00:00:00Z", "{type: LoadBalancer, ports: [{port: 80}]}");
    auto plain = service("plain", "2026-01-01T00:00:00Z", "{type: ClusterIP, ports: [{port: 80}]}");
    auto foreign = service("foreign", "2026-01-01T00:00:00Z", "{type: LoadBalancer, loadBalancerClass: example.org/lb, ports: [{port: 80}]}");
    auto result = balance({&web, &plain, &foreign}, kNodes, {}, {});
    REQUIRE(result.size() == 1);
    CHECK(result["default/web"].addresses == std::vector<std::string>{"192.0.2.1", "192.0.2.2"});
}

TEST_CASE("with policy Local only the nodes with an endpoint take part") {
    auto web = service("web", "2026-01-01T00:00:00Z", "{type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}");
    CHECK(balance({&web}, kNodes, {{"default/web", {"b", "c"}}}, {})["default/web"].addresses == std::vector<std::string>{"192.0.2.2"});
    CHECK(balance({&web}, kNodes, {}, {})["default/web"].addresses.empty());
}

TEST_CASE("a port belongs to the oldest Service, per protocol, and never to the API") {
    auto young = service("a-young", "2026-01-02T00:00:00Z", "{type: LoadBalancer, ports: [{port: 80}, {port: 81}]}");
    auto old = service("old", "2026-01-01T00:00:00Z", "{type: LoadBalancer, ports: [{port: 80, protocol: TCP}]}");
    auto udp = service("udp", "2026-01-03T00:00:00Z", "{type: LoadBalancer, ports: [{port: 80, protocol: UDP}, {port: 81}]}");
    auto api = service("api", "2026-01-03T00:00:00Z", "{type: LoadBalancer, ports: [{port: 6443}]}");
    auto result = balance({&young, &old, &udp, &api}, kNodes, {}, {6443});
    CHECK(result["default/old"].conflict.empty());
    CHECK(result["default/a-young"].conflict == "port 80/TCP is taken by default/old");
    CHECK(result["default/a-young"].addresses.empty());
    CHECK(result["default/udp"].addresses.size() == 2);
    CHECK(result["default/api"].conflict == "port 6443/TCP is taken by the node itself");
}

TEST_CASE("external addresses come first, and excluded or unready nodes are not used") {
    auto node = *json::parse_yaml("{metadata: {name: n, labels: {}}, status: {addresses: [{type: InternalIP, address: 10.0.0.1}, {type: ExternalIP, address: 203.0.113.5},"
                                  " {type: Hostname, address: n}], conditions: [{type: Ready, status: 'True'}]}}");
    CHECK(node_facts(node).addresses == std::vector<std::string>{"203.0.113.5", "10.0.0.1"});
    CHECK(node_facts(node).usable);
    node.mut("metadata").mut("labels").set("node.kubernetes.io/exclude-from-external-load-balancers", "");
    CHECK(!node_facts(node).usable);
}

TEST_CASE("the status lists addresses as they are defaulted") {
    CHECK(balancer_status({"192.0.2.1"})["ingress"][0]["ipMode"].as_string() == "VIP");
    CHECK(balancer_status({}).size() == 0);
}
