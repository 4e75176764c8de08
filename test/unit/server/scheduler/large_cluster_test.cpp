#include "snapshot_fixture.h"

using namespace skiff;
using namespace skiff::test;

TEST_CASE("in a large cluster a part of the nodes is enough, never fewer than a hundred") {
    CHECK(enough_nodes(50, 10) == 50);
    CHECK(enough_nodes(100, 0) == 100);
    CHECK(enough_nodes(1000, 0) == 420);
    CHECK(enough_nodes(6000, 0) == 300);
    CHECK(enough_nodes(1000, 5) == 100);
    CHECK(enough_nodes(1000, 100) == 1000);
}

TEST_CASE_METHOD(Cluster, "the next cycle begins where the last one stopped") {
    for (int i = 100; i < 400; ++i) node("n" + std::to_string(i));
    Profile profile = default_profile();
    profile.percentage_of_nodes = 5;
    auto first = decide(*pod("p", "1"), snapshot, 0, profile);
    CHECK(first.next == "n200");
    auto second = decide(*pod("q", "1"), snapshot, 0, profile, first.next);
    CHECK(second.node >= "n200");
    CHECK(second.next == "n300");
}

TEST_CASE_METHOD(Cluster, "pods that come and go leave no group behind") {
    node("a");
    auto first = pod("x", "1", "", R"("app":"w")"), second = pod("y", "1", "", R"("app":"w")"), other = pod("z", "1", "", R"("app":"v")");
    CHECK(first->group == second->group);
    CHECK(first->group != other->group);
    for (const auto& one : {first, second, other}) place(one, "a");
    CHECK(snapshot.groups.size() == 2);
    CHECK(snapshot.groups.at(first->group).nodes.at(&snapshot.nodes.at("a")) == 2);
    for (const auto& one : {first, second, other}) snapshot.remove_pod(snapshot.nodes.at("a"), one->uid);
    CHECK(snapshot.groups.empty());
}

TEST_CASE_METHOD(Cluster, "a node takes as many volumes of a driver as it says") {
    node("a");
    snapshot.volume_limit = [](const std::string&, const std::string& driver) { return driver == "csi" ? std::optional<int64_t>(1) : std::nullopt; };
    auto claim = [&](const std::string& name, const std::string& handle) {
        claims[name].kind = ClaimState::Kind::Bound;
        claims[name].driver = "csi";
        claims[name].handle = handle;
    };
    claim("c1", "v1");
    claim("c2", "v2");
    claim("c3", "v1");
    auto with = [&](const std::string& name) { return pod("p-" + name, "1", R"("volumes":[{"name":"v","persistentVolumeClaim":{"claimName":")" + name + R"("}}])"); };
    place(with("c1"), "a");
    CHECK(why(with("c2")) == "0/1 nodes are available: 1 node(s) exceed max volume count.");
    CHECK(where(with("c3")) == "a");
}

TEST_CASE_METHOD(Cluster, "a volume of one zone goes with nodes of that zone") {
    node("a", R"("topology.kubernetes.io/zone":"one")");
    node("b", R"("topology.kubernetes.io/zone":"two")");
    claims["c"].kind = ClaimState::Kind::Bound;
    claims["c"].zones = {{"topology.kubernetes.io/zone", {"two", "three"}}};
    auto p = pod("p", "1", R"("volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"c"}}])");
    CHECK(where(p) == "b");
    snapshot.nodes.erase("b");
    CHECK(why(p) == "0/1 nodes are available: 1 node(s) had no available volume zone.");
}
