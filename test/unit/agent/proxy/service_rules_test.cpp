#include "agent/proxy/service_rules.h"

#include <catch2/catch.hpp>

#include "json/parse.h"

using namespace skiff;
using namespace skiff::agent::proxy;

namespace {

json::Value parse(const char* text) { return *json::parse(text); }

const char* kSlice = R"({"addressType":"IPv4","ports":[{"name":"http","port":8080,"protocol":"TCP"}],"endpoints":[
  {"addresses":["10.42.0.5"],"conditions":{"ready":true},"nodeName":"a"},
  {"addresses":["10.42.1.6"],"conditions":{"ready":true},"nodeName":"b"},
  {"addresses":["10.42.1.7"],"conditions":{"ready":false,"serving":true,"terminating":true},"nodeName":"b"}]})";

}  // namespace

TEST_CASE("a ClusterIP with a node port has two frontends over the ready endpoints") {
    auto service = parse(R"({"spec":{"type":"NodePort","clusterIP":"10.43.0.9","ports":[{"name":"http","port":80,"nodePort":30080,"protocol":"TCP"}]}})");
    auto slice = parse(kSlice);
    auto fronts = service_frontends(service, {&slice}, {"a"});
    REQUIRE(fronts.size() == 2);
    CHECK(fronts[0].ip == "10.43.0.9");
    CHECK(fronts[0].masquerade == Masquerade::FromOutside);
    CHECK(fronts[0].endpoints == std::vector<Endpoint>{{"10.42.0.5", 8080}, {"10.42.1.6", 8080}});
    CHECK(fronts[1].ip.empty());
    CHECK(fronts[1].port == 30080);
    CHECK(fronts[1].masquerade == Masquerade::Always);
}

TEST_CASE("externalTrafficPolicy Local keeps this node's endpoints and the client's address") {
    auto service = parse(R"({"spec":{"clusterIP":"10.43.0.9","externalTrafficPolicy":"Local","externalIPs":["192.0.2.7"],"ports":[{"name":"http","port":80}]}})");
    auto slice = parse(kSlice);
    auto fronts = service_frontends(service, {&slice}, {"b"});
    REQUIRE(fronts.size() == 2);
    CHECK(fronts[1].ip == "192.0.2.7");
    CHECK(fronts[1].masquerade == Masquerade::Never);
    CHECK(fronts[1].endpoints == std::vector<Endpoint>{{"10.42.1.6", 8080}});
    auto elsewhere = service_frontends(service, {&slice}, {"c"});
    CHECK(elsewhere[1].endpoints.empty());
    CHECK(elsewhere[1].drop_when_empty);
}

TEST_CASE("terminating endpoints serve while nothing else does") {
    auto service = parse(R"({"spec":{"clusterIP":"10.43.0.9","ports":[{"name":"http","port":80}]}})");
    auto slice = parse(R"({"addressType":"IPv4","ports":[{"name":"http","port":8080}],"endpoints":[
      {"addresses":["10.42.1.7"],"conditions":{"ready":false,"serving":true,"terminating":true}}]})");
    CHECK(service_frontends(service, {&slice}, {"a"})[0].endpoints == std::vector<Endpoint>{{"10.42.1.7", 8080}});
}

TEST_CASE("headless and ExternalName Services have no frontends") {
    CHECK(service_frontends(parse(R"({"spec":{"clusterIP":"None","ports":[{"port":80}]}})"), {}, {"a"}).empty());
    CHECK(service_frontends(parse(R"({"spec":{"type":"ExternalName","externalName":"x.example"}})"), {}, {"a"}).empty());
}

TEST_CASE("source ranges of a load balancer bind its own addresses alone") {
    auto service = parse(R"({"spec":{"type":"LoadBalancer","clusterIP":"10.43.0.9","externalIPs":["192.0.2.9"],"loadBalancerSourceRanges":["203.0.113.0/24"," 198.51.100.0/24"],
      "ports":[{"name":"http","port":80,"nodePort":30080}]},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}})");
    auto slice = parse(kSlice);
    for (const auto& front : service_frontends(service, {&slice}, {"a"})) {
        if (front.ip == "192.0.2.1") CHECK(front.sources == std::vector<std::string>{"198.51.100.0/24", "203.0.113.0/24"});
        else CHECK(front.sources.empty());
    }
}

TEST_CASE("hints are followed when all ready endpoints have them and some are for this node or zone") {
    auto service = parse(R"({"spec":{"clusterIP":"10.43.0.9","ports":[{"name":"http","port":80}]}})");
    auto slice = parse(R"({"addressType":"IPv4","ports":[{"name":"http","port":8080}],"endpoints":[
      {"addresses":["10.42.0.5"],"conditions":{"ready":true},"nodeName":"a","hints":{"forZones":[{"name":"east"}],"forNodes":[{"name":"a"}]}},
      {"addresses":["10.42.1.6"],"conditions":{"ready":true},"nodeName":"b","hints":{"forZones":[{"name":"east"}],"forNodes":[{"name":"b"}]}},
      {"addresses":["10.42.2.7"],"conditions":{"ready":true},"nodeName":"c","hints":{"forZones":[{"name":"west"}],"forNodes":[{"name":"c"}]}},
      {"addresses":["10.42.2.8"],"conditions":{"ready":false},"nodeName":"c"}]})");
    auto seen_from = [&](const NodePlace& place) {
        std::string ips;
        const auto fronts = service_frontends(service, {&slice}, place);
        for (const auto& endpoint : fronts[0].endpoints) ips += endpoint.ip + " ";
        return ips;
    };
    CHECK(seen_from({"a", "east"}) == "10.42.0.5 ");
    CHECK(seen_from({"d", "east"}) == "10.42.0.5 10.42.1.6 ");
    CHECK(seen_from({"d", "north"}) == "10.42.0.5 10.42.1.6 10.42.2.7 ");
    CHECK(seen_from({"d", ""}) == "10.42.0.5 10.42.1.6 10.42.2.7 ");
    slice.mut("endpoints").mut_items()[1].erase("hints");
    CHECK(seen_from({"a", "east"}) == "10.42.0.5 10.42.1.6 10.42.2.7 ");
    // Traffic policy Local does not ask for hints.
    service.mut("spec").set("internalTrafficPolicy", "Local");
    CHECK(seen_from({"b", "west"}) == "10.42.1.6 ");
}

TEST_CASE("load balancers are told how many ready endpoints are here, where policy Local has a port for that") {
    const auto slice = parse(kSlice);
    CHECK(local_ready({&slice, &slice}, "a") == 1);       // ports in two slices, one address
    CHECK(local_ready({&slice}, "b") == 1);               // the other one leaves
    CHECK(local_ready({&slice}, "c") == 0);
    CHECK(health_check_port(parse(R"({"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","healthCheckNodePort":31000}})")) == 31000);
    CHECK(health_check_port(parse(R"({"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Cluster","healthCheckNodePort":31000}})")) == 0);
}
