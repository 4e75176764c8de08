#include "server/controllers/deployment.h"

#include "server/controllers/deployment_rollout.h"
#include "server/controllers/pod_template.h"
#include "server/controllers/replica_set.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;

namespace {

struct Fixture : ControllerBench {
    Fixture() {
        auto facts = std::make_shared<PodFactsCache>();
        add(make_deployment_controller(facts));
        add(make_replica_set_controller(facts));
    }
    void deploy(int replicas, const std::string& strategy = R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":1}})",
                const std::string& extra = "") {
        create(kDeployments, "default",
               R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","annotations":{"a":"b"}},"spec":{"replicas":)" +
                   std::to_string(replicas) + extra + R"(,"progressDeadlineSeconds":600,"revisionHistoryLimit":2,"selector":{"matchLabels":{"app":"web"}},"strategy":)" +
                   strategy + R"(,"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"v1"}]}}}})");
    }
    void set_image(const std::string& image) {
        client->change(kDeployments, "default", "web", [&](json::Value& d) {
            d.mut("spec").mut("template").mut("spec").mut("containers").mut_items()[0].set("image", image);
        });
    }
    json::Value web() { return client->tree(kDeployments, "default", "web"); }
    // Settles and makes pods ready until nothing moves; checks the bounds all the way.
    void roll_out(int max_pods = 1 << 20, int min_available = 0) {
        for (int i = 0; i < 200; ++i) {
            settle();
            int available = 0, unready = 0;
            for (const auto& pod : pods()) pod["status"]["conditions"][0]["status"].as_string() == "True" ? ++available : ++unready;
            CHECK(available + unready <= max_pods);
            CHECK(available >= min_available);
            if (unready == 0) return;
            for (const auto& pod : pods())
                if (pod["status"]["conditions"][0]["status"].as_string() != "True") {
                    set_pod(pod, "Running", true);
                    break;
                }
        }
        FAIL("the rollout does not end");
    }
    int pods_of_image(const std::string& image) {
        int count = 0;
        for (const auto& pod : pods()) count += pod["spec"]["containers"][0]["image"].as_string() == image;
        return count;
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a Deployment makes a ReplicaSet and its pods, and reports them") {
    deploy(3);
    settle();
    auto sets = client->trees(kReplicaSets);
    REQUIRE(sets.size() == 1);
    CHECK(sets[0]["metadata"]["name"].as_string().rfind("web-", 0) == 0);
    CHECK(sets[0]["metadata"]["annotations"][kRevision].as_string() == "1");
    CHECK(sets[0]["metadata"]["annotations"][kDesiredReplicas].as_string() == "3");
    CHECK(sets[0]["metadata"]["annotations"][kMaxReplicas].as_string() == "4");
    CHECK(sets[0]["metadata"]["annotations"]["a"].as_string() == "b");
    REQUIRE(pods().size() == 3);
    CHECK(pods()[0]["metadata"]["labels"][kPodTemplateHash].as_string() == sets[0]["spec"]["selector"]["matchLabels"][kPodTemplateHash].as_string());
    CHECK(condition_text(web(), "Available") == "False MinimumReplicasUnavailable: Deployment does not have minimum availability.");
    all_ready();
    settle();
    auto status = web()["status"];
    CHECK(status["readyReplicas"].as_int() == 3);
    CHECK(status["availableReplicas"].as_int() == 3);
    CHECK(status["updatedReplicas"].as_int() == 3);
    CHECK(status["unavailableReplicas"].is_null());
    CHECK(status["observedGeneration"].as_int() == 1);
    CHECK(condition_text(web(), "Available") == "True MinimumReplicasAvailable: Deployment has minimum availability.");
    CHECK(condition_text(web(), "Progressing") ==
          "True NewReplicaSetAvailable: ReplicaSet \"" + sets[0]["metadata"]["name"].as_string() + "\" has successfully progressed.");
    CHECK(web()["metadata"]["annotations"][kRevision].as_string() == "1");
    CHECK(event_messages("ScalingReplicaSet") == std::vector<std::string>{"Scaled up replica set " + sets[0]["metadata"]["name"].as_string() + " from 0 to 3"});
    client->take_calls();
    settle();
    CHECK(client->take_calls().empty());
}

TEST_CASE_METHOD(Fixture, "a rolling update keeps within surge and unavailable and ends with the new template only") {
    deploy(10, R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}})");
    roll_out();
    set_image("v2");
    roll_out(13, 8);
    CHECK(pods_of_image("v2") == 10);
    CHECK(pods_of_image("v1") == 0);
    CHECK(web()["metadata"]["annotations"][kRevision].as_string() == "2");
    set_image("v1");
    roll_out(13, 8);
    CHECK(web()["metadata"]["annotations"][kRevision].as_string() == "3");
    auto sets = client->trees(kReplicaSets);
    REQUIRE(sets.size() == 2);
    for (const auto& set : sets)
        if (set["spec"]["replicas"].as_int() > 0) CHECK(set["metadata"]["annotations"][kRevisionHistory].as_string() == "1");
}

TEST_CASE("an old set whose status still counts the pods that it is removing is not shrunk for them again") {
    RolloutSpec spec;
    spec.replicas = 3;
    spec.max_surge = 2;
    SetSize newest{"new", "2"}, old{"old", "1"};
    newest.replicas = 3;
    newest.available = 2;
    old.replicas = 2;
    old.available = 3;
    auto steps = step_old_sets(spec, newest, {old});
    REQUIRE(steps.size() == 1);
    CHECK(steps[0].replicas == 1);      // with the two new ones: three stay
    newest.current = false;
    CHECK(step_old_sets(spec, newest, {old}).empty());      // its pods may have changed since it counted them
    newest.current = true;
    old.replicas = old.available = 1;
    CHECK(step_old_sets(spec, newest, {old}).empty());
}

TEST_CASE_METHOD(Fixture, "Recreate removes the old pods before it makes new ones") {
    client->graceful_pods = true;
    deploy(3, R"({"type":"Recreate"})");
    roll_out();
    set_image("v2");
    settle();
    CHECK(pods_of_image("v2") == 0);
    for (const auto& pod : pods()) client->erase(kPods, "default", pod["metadata"]["name"].as_string());
    roll_out();
    CHECK(pods_of_image("v2") == 3);
}

TEST_CASE_METHOD(Fixture, "a paused Deployment scales but does not roll") {
    deploy(2);
    roll_out();
    client->change(kDeployments, "default", "web", [](json::Value& d) { d.mut("spec").set("paused", true); });
    set_image("v2");
    client->change(kDeployments, "default", "web", [](json::Value& d) { d.mut("spec").set("replicas", 4); });
    roll_out();
    CHECK(pods_of_image("v1") == 4);
    CHECK(condition_text(web(), "Progressing") == "Unknown DeploymentPaused: Deployment is paused");
    client->change(kDeployments, "default", "web", [](json::Value& d) { d.mut("spec").set("paused", false); });
    roll_out();
    CHECK(pods_of_image("v2") == 4);
}

TEST_CASE_METHOD(Fixture, "a rollout that stands still misses its deadline") {
    deploy(1);
    settle();
    advance(std::chrono::seconds(601));
    advance(std::chrono::seconds(2));
    auto text = condition_text(web(), "Progressing");
    CHECK(text.rfind("False ProgressDeadlineExceeded: ReplicaSet", 0) == 0);
    CHECK(text.find("has timed out progressing.") != std::string::npos);
    roll_out();
    CHECK(condition_text(web(), "Progressing").rfind("True NewReplicaSetAvailable", 0) == 0);
}

TEST_CASE_METHOD(Fixture, "the history keeps revisionHistoryLimit old sets") {
    deploy(1);
    for (auto image : {"v2", "v3", "v4", "v5"}) {
        roll_out();
        set_image(image);
    }
    roll_out();
    CHECK(client->trees(kReplicaSets).size() == 3);
}

TEST_CASE_METHOD(Fixture, "a scaled Deployment in the middle of a rollout shares by proportion") {
    deploy(10, R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":3,"maxUnavailable":2}})");
    roll_out();
    set_image("v2");
    settle();
    CHECK(pods_of_image("v1") == 8);
    CHECK(pods_of_image("v2") == 5);
    client->change(kDeployments, "default", "web", [](json::Value& d) { d.mut("spec").set("replicas", 30); });
    settle();
    CHECK(pods_of_image("v1") == 20);
    CHECK(pods_of_image("v2") == 13);
}

TEST_CASE_METHOD(Fixture, "a taken name counts as a collision and gets another hash") {
    deploy(1);
    auto hash = template_hash(web()["spec"]["template"]);
    create(kReplicaSets, "default", R"({"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web-)" + hash + R"("},"spec":{"replicas":0,"selector":{"matchLabels":{"x":"y"}},"template":{}}})");
    settle();
    advance(std::chrono::seconds(1));
    CHECK(web()["status"]["collisionCount"].as_int() == 1);
    CHECK(pods().size() == 1);
}

TEST_CASE_METHOD(Fixture, "the end state is the same when events come late") {
    deploy(5);
    roll_out();
    set_image("v2");
    for (int i = 0; i < 60; ++i) {
        client->hold_events();
        settle();
        client->release_events();
        all_ready();
        advance(std::chrono::seconds(2));
    }
    CHECK(pods_of_image("v2") == 5);
    CHECK(pods().size() == 5);
}
