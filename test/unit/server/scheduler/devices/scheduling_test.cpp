// The scheduler with pods that have claims, over an API in memory: what is written, in which order, and what is taken back.
#include <catch2/catch.hpp>

#include "json/parse.h"
#include "server/scheduler/scheduler.h"
#include "support/fake_client.h"

using namespace skiff;
using namespace skiff::test;
using namespace std::chrono_literals;

namespace {

const api::Gvr kPods{"", "v1", "pods"}, kNodes{"", "v1", "nodes"}, kClaims{"resource.k8s.io", "v1", "resourceclaims"},
    kSlices{"resource.k8s.io", "v1", "resourceslices"}, kClasses{"resource.k8s.io", "v1", "deviceclasses"};

// Knows bindings.
class Api : public FakeClient {
public:
    Result<ObjectPtr> create(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options = {}, const std::string& name = {}) override {
        if (options.subresource != "binding") return FakeClient::create(gvr, ns, object, options, name);
        if (fail_bindings-- > 0) return error(Reason::InternalError, "no binding today");
        change(kPods, ns, name, [&](json::Value& pod) { pod.mut("spec").set("nodeName", object["target"]["name"]); });
        return get(gvr, ns, name);
    }
    int fail_bindings = 0;
};

struct Scheduling {
    FakeClock clock;
    std::shared_ptr<Api> client = std::make_shared<Api>();
    std::unique_ptr<scheduler::Scheduler> scheduler = scheduler::Scheduler::create(client, clock, 1, reconcile::Drive::Caller);

    Scheduling() {
        make(kNodes, "", R"({"metadata":{"name":"n"},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"10"}}})");
        make(kClasses, "", R"({"metadata":{"name":"gpu"},"spec":{}})");
        make(kSlices, "", R"({"metadata":{"name":"s"},"spec":{"driver":"d","nodeName":"n","pool":{"name":"n","generation":1,"resourceSliceCount":1},"devices":[{"name":"one"}]}})");
    }
    void make(const api::Gvr& gvr, const std::string& ns, const std::string& text) { REQUIRE(client->create(gvr, ns, *json::parse(text)).ok()); }
    void make_claim(const std::string& name, const std::string& meta = "") {
        make(kClaims, "default", R"({"metadata":{"name":")" + name + "\"" + meta +
                                     R"(},"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"gpu","allocationMode":"ExactCount","count":1}}]}}})");
    }
    void make_pod(const std::string& name, const std::string& claim) {
        make(kPods, "default", R"({"metadata":{"name":")" + name + R"("},"spec":{"containers":[{"name":"c"}],"resourceClaims":[{"name":"c",)" + claim + "}]}}");
    }
    static std::string named(const std::string& claim) { return R"("resourceClaimName":")" + claim + "\""; }
    void settle(Duration for_how_long = 0s) {
        for (auto until = clock.elapsed() + for_how_long; clock.elapsed() <= until; clock.advance(100ms)) {
            int steps = 0;
            while (scheduler->run_next()) REQUIRE(++steps < 1000);
        }
    }
    std::string node_of(const std::string& pod) { return client->tree(kPods, "default", pod)["spec"]["nodeName"].as_string(); }
    std::string message(const std::string& pod) { return client->tree(kPods, "default", pod)["status"]["conditions"][0]["message"].as_string(); }
    json::Value claim(const std::string& name) { return client->tree(kClaims, "default", name); }
};

}  // namespace

TEST_CASE_METHOD(Scheduling, "two pods compete for one device: the second waits, and is scheduled when the first has left it") {
    make_claim("a");
    make_claim("b");
    make_pod("first", named("a"));
    settle();
    CHECK(node_of("first") == "n");
    CHECK(claim("a")["metadata"]["finalizers"][0].as_string() == "resource.kubernetes.io/delete-protection");
    CHECK(claim("a")["status"]["allocation"]["devices"]["results"][0]["device"].as_string() == "one");
    CHECK(claim("a")["status"]["reservedFor"][0]["name"].as_string() == "first");
    make_pod("second", named("b"));
    settle();
    CHECK(node_of("second").empty());
    CHECK(message("second") ==
          "0/1 nodes are available: 1 cannot allocate all claims. still not schedulable, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.");
    client->change(kClaims, "default", "a", [](json::Value& tree) { tree.set("status", json::Value::object()); });
    settle(2s);
    CHECK(node_of("second") == "n");
}

TEST_CASE_METHOD(Scheduling, "pods that come together never get the same device") {
    make_claim("a");
    make_claim("b");
    make_pod("first", named("a"));
    make_pod("second", named("b"));
    settle(3s);
    CHECK((node_of("first").empty() != node_of("second").empty()));
    CHECK((claim("a")["status"]["allocation"].is_null() != claim("b")["status"]["allocation"].is_null()));
}

TEST_CASE_METHOD(Scheduling, "a pod whose claim is not made yet is waited for without a word") {
    make_pod("p", R"("resourceClaimTemplateName":"t")");
    settle(2s);
    CHECK(client->tree(kPods, "default", "p")["status"].is_null());
    const auto uid = client->tree(kPods, "default", "p")["metadata"]["uid"].as_string();
    // The pod may hear of the claim before the scheduler does.
    client->change(kPods, "default", "p", [](json::Value& pod) {
        pod.mut("status").set("resourceClaimStatuses", json::Value::array({json::Value::object({{"name", "c"}, {"resourceClaimName", "p-c-1"}})}));
    });
    settle();
    CHECK(client->tree(kPods, "default", "p")["status"]["conditions"].is_null());
    make_claim("p-c-1", R"(,"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":")" + uid + R"(","controller":true}])");
    settle();
    CHECK(node_of("p") == "n");
}

TEST_CASE_METHOD(Scheduling, "a named claim, a class or a slice that comes later wakes the pod") {
    make_pod("p", named("late"));
    settle();
    CHECK(message("p").find("could not find ResourceClaim \"default/late\"") != std::string::npos);
    client->erase(kClasses, "", "gpu");
    client->erase(kSlices, "", "s");
    make_claim("late");
    settle(3s);
    CHECK(message("p").find("request r: device class gpu does not exist") != std::string::npos);
    make(kClasses, "", R"({"metadata":{"name":"gpu"},"spec":{}})");
    settle(5s);
    CHECK(message("p").find("1 cannot allocate all claims") != std::string::npos);
    make(kSlices, "", R"({"metadata":{"name":"s"},"spec":{"driver":"d","allNodes":true,"pool":{"name":"n","generation":1,"resourceSliceCount":1},"devices":[{"name":"one"}]}})");
    settle(10s);
    CHECK(node_of("p") == "n");
    CHECK(claim("late")["status"]["allocation"]["nodeSelector"].is_null());
}

TEST_CASE_METHOD(Scheduling, "a binding that fails takes the reservation back, and the pod is tried again with its allocation") {
    client->fail_bindings = 1;
    make_claim("a");
    make_pod("p", named("a"));
    settle();
    CHECK(node_of("p").empty());
    CHECK(claim("a")["status"]["reservedFor"].size() == 0);
    CHECK(claim("a")["status"]["allocation"].is_object());
    settle(12s);
    CHECK(node_of("p") == "n");
    CHECK(claim("a")["status"]["reservedFor"].size() == 1);
}

TEST_CASE_METHOD(Scheduling, "when the claim cannot be written nothing is kept of it") {
    int refusals = 3;
    client->on_write = [&](const Call& call) -> Status {
        if (call.resource == "resourceclaims" && call.subresource == "status" && refusals-- > 0) return error(Reason::InternalError, "no");
        return {};
    };
    make_claim("a");
    make_pod("p", named("a"));
    settle();
    CHECK(node_of("p").empty());
    settle(30s);
    CHECK(node_of("p") == "n");
}

TEST_CASE_METHOD(Scheduling, "an allocation that keeps the pod from every node is given up") {
    make_claim("a");
    client->change(kClaims, "default", "a", [](json::Value& tree) {
        auto term = *json::parse(R"({"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["gone"]}]}]})");
        tree.mut("status").mut("allocation").set("nodeSelector", term);
    });
    make_pod("p", named("a"));
    settle();
    CHECK(message("p").find("1 resourceclaim not available on the node. deallocation of ResourceClaim completed, preemption: ") != std::string::npos);
    settle(3s);
    CHECK(node_of("p") == "n");
}
