#include <catch2/catch.hpp>

#include "json/parse.h"
#include "server/scheduler/claims.h"
#include "support/fake_client.h"

using namespace skiff;
using namespace skiff::scheduler;

namespace {

const api::Gvr kClaims{"", "v1", "persistentvolumeclaims"};
constexpr const char* kSelectedNode = "volume.kubernetes.io/selected-node";

}  // namespace

TEST_CASE("a node chosen from an old look at a claim does not replace the one that was told") {
    FakeClock clock;
    auto client = std::make_shared<test::FakeClient>();
    REQUIRE(client->create(kClaims, "default", *json::parse(R"({"metadata":{"name":"data"}})")).ok());
    auto informers = reconcile::InformerFactory::create(client, clock, reconcile::Drive::Caller);
    Claims claims(*informers);
    informers->start();
    while (informers->step()) {}
    PodInfo pod;
    pod.ns = "default";
    pod.claims = {"data"};
    client->hold_events();
    client->change(kClaims, "default", "data", [](json::Value& tree) { tree.mut("metadata").mut("annotations").set(kSelectedNode, "n1"); });

    auto selected = claims.select_node(*client, pod, "n2");
    REQUIRE_FALSE(selected.ok());
    CHECK(selected.status().reason() == Reason::Conflict);
    CHECK(client->tree(kClaims, "default", "data")["metadata"]["annotations"][kSelectedNode].as_string() == "n1");

    client->release_events();
    CHECK(claims.select_node(*client, pod, "n1").value_or(true) == false);
}
