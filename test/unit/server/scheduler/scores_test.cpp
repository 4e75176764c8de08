#include "server/scheduler/score.h"

#include "server/scheduler/filter.h"
#include "snapshot_fixture.h"

using namespace skiff;
using namespace skiff::test;

namespace {

struct Scored : Cluster {
    NodeList all() const {
        NodeList list;
        for (const auto& [name, node] : snapshot.nodes) list.push_back(&node);
        return list;
    }
};

}  // namespace

TEST_CASE_METHOD(Scored, "the emptier node is preferred") {
    node("a");
    node("b");
    place(pod("there", "3"), "a");
    CHECK(where(pod("p", "1")) == "b");
    auto values = score_resources(*pod("p", "1"), snapshot, all());
    CHECK(values[0] < values[1]);
}

TEST_CASE_METHOD(Scored, "preferred node affinity outweighs a little load") {
    node("a", R"("disk":"ssd")");
    node("b");
    place(pod("there", "500m"), "a");
    CHECK(where(pod("p", "100m", R"("affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[
        {"weight":100,"preference":{"matchExpressions":[{"key":"disk","operator":"In","values":["ssd"]}]}}]}})")) == "a");
}

TEST_CASE_METHOD(Scored, "PreferNoSchedule is a preference") {
    node("a", "", R"({"taints":[{"key":"k","effect":"PreferNoSchedule"}]})");
    node("b");
    place(pod("there", "1"), "b");
    CHECK(where(pod("p", "100m")) == "b");
    CHECK(where(pod("p", "100m", R"("tolerations":[{"operator":"Exists"}])")) == "a");
}

TEST_CASE_METHOD(Scored, "an image that is there counts by its size") {
    node("a");
    node("b").images["i"] = int64_t{800} << 20;
    CHECK(where(pod("p", "100m")) == "b");
    node("b").images["i"] = int64_t{20} << 20;
    CHECK(score_images(*pod("p", "100m"), snapshot, all()).empty());
}

TEST_CASE_METHOD(Scored, "pods of one controller spread over nodes") {
    node("a");
    node("b");
    auto owned = [&](const std::string& name) {
        auto tree = *pod(name, "100m")->object->tree();
        tree.mut("metadata").set("ownerReferences", tree_of(R"([{"kind":"ReplicaSet","name":"r","uid":"r1","controller":true}])"));
        return pod_info(api::Object::from_tree(tree));
    };
    place(owned("one"), "a");
    CHECK(where(owned("two")) == "b");
}

TEST_CASE_METHOD(Scored, "preferred affinity and anti-affinity between pods") {
    node("a", R"("zone":"1")");
    node("b", R"("zone":"2")");
    place(pod("cache", "100m", "", R"("app":"cache")"), "b");
    auto preferred = [&](const char* kind) {
        return pod("p", "100m", std::string(R"("affinity":{")") + kind + R"(":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":100,"podAffinityTerm":{
            "topologyKey":"zone","labelSelector":{"matchLabels":{"app":"cache"}}}}]}})");
    };
    CHECK(where(preferred("podAffinity")) == "b");
    CHECK(where(preferred("podAntiAffinity")) == "a");
}

TEST_CASE("normalising keeps the range and may turn it round") {
    std::vector<int64_t> values{0, 5, 10};
    normalise(values, false);
    CHECK(values == std::vector<int64_t>{0, 50, 100});
    normalise(values, true);
    CHECK(values == std::vector<int64_t>{100, 50, 0});
}
