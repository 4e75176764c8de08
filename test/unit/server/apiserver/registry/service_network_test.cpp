#include "server/apiserver/registry/service_network.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::apiserver;

TEST_CASE("an address is given once, and again when it was freed") {
    auto network = ServiceNetwork::create("10.43.0.0/16", 30000, 30001).value_or(nullptr);
    REQUIRE(network);
    CHECK(network->first_ip() == "10.43.0.1");
    REQUIRE(network->take_ip("10.43.0.50").ok());
    CHECK(network->take_ip("10.43.0.50").status().message() == "failed to allocate IP 10.43.0.50: provided IP is already allocated");
    network->free_ip("10.43.0.50");
    CHECK(network->take_ip("10.43.0.50").ok());
    CHECK_FALSE(network->take_ip("10.44.0.1").ok());
    CHECK_FALSE(network->take_ip("10.43.0.0").ok());
}

TEST_CASE("node ports run out with a clear error") {
    auto network = ServiceNetwork::create("10.43.0.0/24", 30000, 30001).value_or(nullptr);
    REQUIRE(network);
    CHECK(network->take_port(0).ok());
    CHECK(network->take_port(0).ok());
    CHECK_FALSE(network->take_port(0).ok());
    CHECK(network->take_port(80).status().message() == "provided port is not in the valid range. The range of valid ports is 30000-30001");
}

TEST_CASE("every address of a small range is given before it is full") {
    auto network = ServiceNetwork::create("10.0.0.0/28", 30000, 30001).value_or(nullptr);
    REQUIRE(network);
    for (int i = 0; i < 14; ++i) CHECK(network->take_ip("").ok());
    CHECK_FALSE(network->take_ip("").ok());
}
