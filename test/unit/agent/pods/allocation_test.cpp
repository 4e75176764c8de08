#include <catch2/catch.hpp>

#include "agent/pods/allocation.h"
#include "agent/pods/pod_spec.h"
#include "agent/pods/resources.h"
#include "json/parse.h"

using namespace skiff;
using namespace skiff::agent::pods;

namespace {

api::ObjectPtr pod_asking(const std::string& cpu, int version) {
    json::Value tree = *json::parse(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"n","uid":"u"},"spec":{"containers":[
        {"name":"a","resizePolicy":[{"resourceName":"memory","restartPolicy":"RestartContainer"}],"resources":{"requests":{"cpu":"100m","memory":"10Mi"}}}]}})");
    tree.mut("metadata").set("resourceVersion", std::to_string(version));
    tree.mut("spec").mut("containers").mut_items()[0].mut("resources").mut("requests").set("cpu", cpu);
    return api::Object::from_tree(std::move(tree));
}

std::string cpu_of(const api::TreePtr& tree) { return (*tree)["spec"]["containers"][0]["resources"]["requests"]["cpu"].as_string(); }

struct Node {
    NodeConfig config;
    NodeLoad others{1, 500, 0, {}};
    PodState state;
    Node() { config.cpu_milli = 1000, config.memory_bytes = 1 << 30; }
    std::string ask(const std::string& cpu, int version) {
        state.pod = pod_asking(cpu, version);
        return cpu_of(allocate(state, state.pod->tree(), [this] { return others; }, config));
    }
};

}  // namespace

TEST_CASE("a resize that fits is granted, one that does not fit now waits, one that never fits is infeasible") {
    Node node;
    CHECK(node.ask("100m", 1) == "100m");
    CHECK_FALSE(node.state.resize.in_progress);
    CHECK(node.ask("400m", 2) == "400m");
    CHECK(node.state.resize.in_progress);
    CHECK(node.ask("800m", 3) == "400m");
    CHECK(node.state.resize.pending->reason == "Deferred");
    CHECK(node.ask("2", 4) == "400m");
    CHECK(node.state.resize.pending->reason == "Infeasible");
    CHECK(node.state.resize.pending->message == "Node didn't have enough capacity: cpu, requested: 2000, capacity: 1000");
    node.others.cpu_milli = 0;
    CHECK(node.ask("800m", 5) == "800m");
    CHECK_FALSE(node.state.resize.pending);
}

TEST_CASE("an amount written in another way is no resize") {
    Node node;
    node.ask("1", 1);
    node.ask("1000m", 2);
    CHECK_FALSE(node.state.resize.in_progress);
}

TEST_CASE("what a resource's policy says decides between an update and a restart") {
    const json::Value container = (*pod_asking("200m", 1)->tree())["spec"]["containers"][0];
    CHECK(resize_action(container, *json::parse(R"({"requests":{"cpu":"200m","memory":"10Mi"}})")) == ResizeAction::None);
    CHECK(resize_action(container, *json::parse(R"({"requests":{"cpu":"100m","memory":"10Mi"}})")) == ResizeAction::Update);
    CHECK(resize_action(container, *json::parse(R"({"requests":{"cpu":"100m","memory":"20Mi"}})")) == ResizeAction::Restart);
}

TEST_CASE("resources of the pod as a whole stand for the sums of its containers'") {
    const auto pod = *json::parse(R"({"spec":{"resources":{"requests":{"cpu":"300m","memory":"64Mi"},"limits":{"cpu":"500m","memory":"128Mi"}},
        "overhead":{"cpu":"50m"},"containers":[{"name":"a","resources":{"requests":{"cpu":"100m"}}},{"name":"b"}]}})");
    CHECK(qos_class(pod) == "Burstable");
    CHECK(pod_request(pod, "cpu") == 350);
    CHECK(pod_request(pod, "memory") == 64 << 20);
    CHECK(pod_resources(pod).memory_bytes == 128 << 20);
    CHECK(pod_resources(pod).cpu_quota_us == 55'000);
}

TEST_CASE("room goes to those who wait longer or matter more, and is counted as theirs before they have taken it") {
    NodeConfig config;
    config.cpu_milli = 2000, config.memory_bytes = 1 << 30;
    const auto claim = [](const char* uid, const char* cpu, int priority, const char* since) {
        json::Value tree = *pod_asking(cpu, 1)->tree();
        tree.mut("metadata").set("uid", uid);
        tree.mut("spec").set("priority", priority);
        return ResizeClaim{std::make_shared<const json::Value>(std::move(tree)), {1, 100, 10 << 20, {}}, since};
    };
    const ResizeClaim high = claim("h", "1300m", 1000, "2026-11-22T01:00:09Z"), early = claim("e", "1300m", 0, "2026-11-22T01:00:01Z"),
                      late = claim("l", "1300m", 0, "2026-11-22T01:00:05Z"), fresh = claim("f", "1300m", 0, "");
    CHECK(precedes(high, early));
    CHECK(precedes(early, late));
    CHECK(precedes(late, fresh));
    CHECK_FALSE(precedes(fresh, late));
    const NodeLoad others{3, 300, 0, {}};
    CHECK(load_before(others, high, {early, late, fresh}, config).cpu_milli == 300);
    CHECK(load_before(others, late, {early, high}, config).cpu_milli == 1500);       // high gets it, then early does not fit
    CHECK(load_before(others, fresh, {claim("x", "1950m", 5, "2026-11-22T01:00:00Z")}, config).cpu_milli == 300);   // who does not fit holds nobody up
}
