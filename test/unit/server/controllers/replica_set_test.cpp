#include "server/controllers/replica_set.h"

#include "server/controllers/pod_control.h"
#include "server/controllers/selecting.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;

namespace {

struct Fixture : ControllerBench {
    Fixture() {
        auto facts = std::make_shared<PodFactsCache>();
        add(make_replica_set_controller(facts));
        add(make_replication_controller(facts));
    }
    void make_set(int replicas, const std::string& extra = "") {
        create(kReplicaSets, "default", R"({"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"rs"},"spec":{"replicas":)" + std::to_string(replicas) +
                                            extra + R"(,"selector":{"matchLabels":{"app":"a"}},"template":{"metadata":{"labels":{"app":"a"}},"spec":{}}}})");
    }
    json::Value set() { return client->tree(kReplicaSets, "default", "rs"); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a ReplicaSet keeps its number of pods") {
    make_set(3);
    settle();
    CHECK(pods().size() == 3);
    CHECK(event_messages("SuccessfulCreate").size() == 3);
    CHECK(client->remove(kPods, "default", pods()[0]["metadata"]["name"].as_string()).ok());
    settle();
    CHECK(pods().size() == 3);
    set_pod(pods()[0], "Failed", false);
    settle();
    CHECK(set()["status"]["replicas"].as_int() == 3);
    CHECK(pods().size() == 4);
    client->change(kReplicaSets, "default", "rs", [](json::Value& rs) { rs.mut("spec").set("replicas", 1); });
    settle();
    CHECK(set()["status"]["replicas"].as_int() == 1);
    CHECK(set()["status"]["observedGeneration"].as_int() == 2);
}

TEST_CASE_METHOD(Fixture, "orphans that match are adopted, pods that stop matching are released") {
    create(kPods, "default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"orphan","labels":{"app":"a"}},"spec":{}})");
    make_set(1);
    settle();
    REQUIRE(pods().size() == 1);
    CHECK(pods()[0]["metadata"]["ownerReferences"][0]["name"].as_string() == "rs");
    client->change(kPods, "default", "orphan", [](json::Value& pod) { pod.mut("metadata").mut("labels").set("app", "other"); });
    settle();
    CHECK(pods().size() == 2);
    CHECK(client->tree(kPods, "default", "orphan")["metadata"]["ownerReferences"].is_null());
}

TEST_CASE_METHOD(Fixture, "a deletion that meets a change of the pod is tried again, and no failure is told") {
    make_set(2);
    settle();
    int conflicts = 2;
    client->on_write = [&](const Call& call) { return call.verb == "delete" && conflicts-- > 0 ? error(Reason::Conflict, "the object has been modified") : Status(); };
    client->change(kReplicaSets, "default", "rs", [](json::Value& rs) { rs.mut("spec").set("replicas", 1); });
    settle();
    for (int i = 0; i < 3; ++i) advance(std::chrono::seconds(1));
    CHECK(pods().size() == 1);
    CHECK(set()["status"]["conditions"].is_null());
    CHECK(event_messages("FailedDelete").empty());
}

TEST_CASE_METHOD(Fixture, "a refused creation is a condition and an event, and stops the batch early") {
    client->on_write = [](const Call& call) {
        return call.resource == "pods" ? error(Reason::Forbidden, "exceeded quota: q, requested: pods=1") : Status();
    };
    make_set(100);
    settle();
    CHECK(condition_text(set(), "ReplicaFailure") == "True FailedCreate: exceeded quota: q, requested: pods=1");
    CHECK(client->count_calls("create", "pods") < 10);
    client->on_write = nullptr;
    advance(std::chrono::seconds(60));
    CHECK(condition_text(set(), "ReplicaFailure").empty());
    CHECK(pods().size() == 100);
}

TEST_CASE_METHOD(Fixture, "minReadySeconds delays availability and is looked at in time") {
    make_set(1, R"(,"minReadySeconds":10)");
    settle();
    all_ready();
    settle();
    CHECK(set()["status"]["readyReplicas"].as_int() == 1);
    CHECK(set()["status"]["availableReplicas"].is_null());
    advance(std::chrono::seconds(10));
    CHECK(set()["status"]["availableReplicas"].as_int() == 1);
}

TEST_CASE_METHOD(Fixture, "a ReplicationController selects by its map") {
    create(kReplicationControllers, "default", R"({"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":"rc"},"spec":{"replicas":2,
        "selector":{"app":"a"},"template":{"metadata":{"labels":{"app":"a"}},"spec":{}}}})");
    settle();
    CHECK(pods().size() == 2);
    CHECK(client->tree(kReplicationControllers, "default", "rc")["status"]["fullyLabeledReplicas"].as_int() == 2);
}

TEST_CASE("pods are removed in Kubernetes' order") {
    WallTime now(std::chrono::seconds(10'000));
    auto pod = [&](const std::string& uid, PodFacts facts) {
        auto object = api::Object::from_tree(json::Value::object({{"metadata", json::Value::object({{"name", uid}, {"uid", uid}})}}));
        return PodRef{object, std::make_shared<const PodFacts>(facts)};
    };
    PodFacts unassigned, pending, unready, cheap, young, old;
    pending.node = "n";
    unready = pending;
    unready.phase = PodPhase::Running;
    old = unready;
    old.ready = true;
    old.ready_since = now - std::chrono::seconds(5000);
    young = old;
    young.ready_since = now - std::chrono::seconds(5);
    cheap = old;
    cheap.deletion_cost = -1;
    std::vector<PodRef> pods{pod("old", old), pod("young", young), pod("cheap", cheap), pod("unready", unready), pod("pending", pending), pod("unassigned", unassigned)};
    sort_for_deletion(pods, {}, now);
    std::vector<std::string> order;
    for (const auto& p : pods) order.push_back(p.meta().name);
    CHECK(order == std::vector<std::string>{"unassigned", "pending", "unready", "cheap", "young", "old"});
}

TEST_CASE("slow start doubles its batches and stops at a failure") {
    std::vector<size_t> made;
    auto result = slow_start(100, [&](size_t i) {
        made.push_back(i);
        return i == 5 ? error(Reason::Forbidden, "no") : Status();
    });
    CHECK(made.size() == 7);
    CHECK(result.succeeded == 6);
    CHECK(!result.failure.ok());
}

TEST_CASE("label selectors match as Kubernetes says") {
    auto parse = [](const char* text) { return read_selector(*json::parse(text)); };
    api::Labels labels{{"app", "web"}, {"tier", "front"}};
    CHECK(parse(R"({})").matches(labels));
    CHECK(parse(R"({"matchLabels":{"app":"web"}})").matches(labels));
    CHECK(!parse(R"({"matchLabels":{"app":"db"}})").matches(labels));
    CHECK(parse(R"({"matchExpressions":[{"key":"tier","operator":"In","values":["front","back"]}]})").matches(labels));
    CHECK(!parse(R"({"matchExpressions":[{"key":"tier","operator":"NotIn","values":["front"]}]})").matches(labels));
    CHECK(parse(R"({"matchExpressions":[{"key":"x","operator":"NotIn","values":["front"]}]})").matches(labels));
    CHECK(parse(R"({"matchExpressions":[{"key":"app","operator":"Exists"},{"key":"x","operator":"DoesNotExist"}]})").matches(labels));
    CHECK(!read_selector(json::Value()).matches(labels));
    CHECK(!api::LabelSelector::from_map(json::Value::object()).matches(labels));
    
}
