#include "server/apiserver/registry/service_network.h"

#include <catch2/catch.hpp>

#include "../fake_reader.h"

using namespace skiff;
using namespace skiff::apiserver;

TEST_CASE("an address is given once, and again when it was freed") {
    const FakeReader reader;
    auto network = ServiceNetwork::create("10.43.0.0/16", 30000, 30001).value_or(nullptr);
    REQUIRE(network);
    CHECK(network->first_ip() == "10.43.0.1");
    REQUIRE(network->take_ip("10.43.0.50", reader).ok());
    CHECK(network->take_ip("10.43.0.50", reader).status().message() == "failed to allocate IP 10.43.0.50: provided IP is already allocated");
    network->free_ip("10.43.0.50");
    CHECK(network->take_ip("10.43.0.50", reader).ok());
    CHECK_FALSE(network->take_ip("10.44.0.1", reader).ok());
    CHECK_FALSE(network->take_ip("10.43.0.0", reader).ok());
}

TEST_CASE("node ports run out with a clear error") {
    auto network = ServiceNetwork::create("10.43.0.0/24", 30000, 30001).value_or(nullptr);
    REQUIRE(network);
    CHECK(network->take_port(0).ok());
    CHECK(network->take_port(0).ok());
    CHECK_FALSE(network->take_port(0).ok());
    CHECK(network->take_port(80).status().message() == "provided port is not in the valid range. The range of valid ports is 30000-30001");
}

TEST_CASE("a dry run is not told of ports outside of the range") {
    const FakeReader reader;
    auto network = ServiceNetwork::create("10.43.0.0/24", 30000, 30001).value_or(nullptr);
    REQUIRE(network);
    CHECK(network->take_port(80, Run::Dry).ok());
    CHECK(network->take_port(80, Run::Dry).status().message() == "provided port is already allocated");
    CHECK(network->take_ip("10.99.0.1", reader, Run::Dry).status().message() ==
          "failed to allocate IP 10.99.0.1: the provided IP (10.99.0.1) is not in the valid range. The range of valid IPs is 10.43.0.0/24");
    CHECK_FALSE(network->take_port(-1).ok());
}

TEST_CASE("every address of a small range is given before it is full") {
    const FakeReader reader;
    auto network = ServiceNetwork::create("10.0.0.0/28", 30000, 30001).value_or(nullptr);
    REQUIRE(network);
    for (int i = 0; i < 14; ++i) CHECK(network->take_ip("", reader).ok());
    CHECK_FALSE(network->take_ip("", reader).ok());
}

TEST_CASE("addresses come from every ServiceCIDR that is ready, the first range first") {
    FakeReader reader;
    const api::Gvr cidrs{"networking.k8s.io", "v1", "servicecidrs"};
    auto network = ServiceNetwork::create("10.0.0.0/30", 30000, 30001).value_or(nullptr);
    REQUIRE(network);
    reader.put(cidrs, R"({"metadata":{"name":"more"},"spec":{"cidrs":["203.0.113.0/30","2001:db8::/64"]}})");
    CHECK_FALSE(network->take_ip("203.0.113.1", reader).ok());
    reader.put(cidrs, R"({"metadata":{"name":"more"},"spec":{"cidrs":["203.0.113.0/30"]},"status":{"conditions":[{"type":"Ready","status":"True"}]}})");
    CHECK(network->take_ip("203.0.113.1", reader).ok());
    CHECK_FALSE(network->take_ip("203.0.113.3", reader).ok());
    CHECK(network->take_ip("", reader).value().substr(0, 5) == "10.0.");
    CHECK(network->take_ip("", reader).value().substr(0, 5) == "10.0.");
    CHECK(network->take_ip("", reader).value() == "203.0.113.2");
    CHECK_FALSE(network->take_ip("", reader).ok());
}
