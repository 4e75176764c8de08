#include "server/controllers/stateful_set.h"

#include "server/controllers/stateful_plan.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;

namespace {

struct Stateful : ControllerBench {
    Stateful() { add(make_stateful_set_controller(std::make_shared<PodFactsCache>())); }
    void make_set(int replicas, const std::string& extra = "") {
        create(kStatefulSets, "default", R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db"},"spec":{"serviceName":"svc","replicas":)" +
                                             std::to_string(replicas) + extra + R"(,"selector":{"matchLabels":{"app":"db"}},
            "updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0}},
            "template":{"metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"v1"}]}},
            "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"]}}]}})");
    }
    void edit(const std::function<void(json::Value&)>& change) {
        client->change(kStatefulSets, "default", "db", [&](json::Value& set) { change(set.mut("spec")); });
    }
    void set_image(const char* image) {
        edit([&](json::Value& spec) { spec.mut("template").mut("spec").mut("containers").mut_items()[0].set("image", image); });
    }
    std::string names() {
        std::string text;
        for (const auto& pod : pods()) text += pod["metadata"]["name"].as_string() + "=" + pod["spec"]["containers"][0]["image"].as_string() + " ";
        return text;
    }
    json::Value status() { return client->tree(kStatefulSets, "default", "db")["status"]; }
    void run(int rounds = 20) {
        for (int i = 0; i < rounds; ++i) {
            settle();
            all_ready();
        }
        settle();
    }
};

}  // namespace

TEST_CASE_METHOD(Stateful, "pods are made one after the other, with stable names and claims") {
    make_set(3);
    settle();
    CHECK(names() == "db-0=v1 ");
    settle();
    CHECK(names() == "db-0=v1 ");
    all_ready();
    settle();
    CHECK(names() == "db-0=v1 db-1=v1 ");
    run();
    CHECK(names() == "db-0=v1 db-1=v1 db-2=v1 ");
    auto pod = client->tree(kPods, "default", "db-1");
    CHECK(pod["spec"]["hostname"].as_string() == "db-1");
    CHECK(pod["spec"]["subdomain"].as_string() == "svc");
    CHECK(pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"].as_string() == "1");
    CHECK(pod["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"].as_string() == "data-db-1");
    CHECK(client->trees(kVolumeClaims).size() == 3);
    CHECK(status()["readyReplicas"].as_int() == 3);
    CHECK(status()["currentRevision"].as_string() == status()["updateRevision"].as_string());
    client->take_calls();
    settle();
    CHECK(client->take_calls().empty());
}

TEST_CASE_METHOD(Stateful, "scaling down removes the highest ordinal first and waits for it") {
    make_set(3);
    run();
    client->graceful_pods = true;
    edit([](json::Value& spec) { spec.set("replicas", 1); });
    settle();
    CHECK(!client->tree(kPods, "default", "db-2")["metadata"]["deletionTimestamp"].is_null());
    CHECK(client->tree(kPods, "default", "db-1")["metadata"]["deletionTimestamp"].is_null());
    client->erase(kPods, "default", "db-2");
    settle();
    CHECK(!client->tree(kPods, "default", "db-1")["metadata"]["deletionTimestamp"].is_null());
    client->erase(kPods, "default", "db-1");
    settle();
    CHECK(names() == "db-0=v1 ");
    CHECK(client->trees(kVolumeClaims).size() == 3);
}

TEST_CASE_METHOD(Stateful, "an unhealthy pod halts scaling up and down") {
    make_set(2);
    run();
    set_pod(client->tree(kPods, "default", "db-0"), "Running", false);
    edit([](json::Value& spec) { spec.set("replicas", 3); });
    settle();
    CHECK(pods().size() == 2);
    edit([](json::Value& spec) { spec.set("replicas", 1); });
    settle();
    CHECK(pods().size() == 2);
    all_ready();
    settle();
    CHECK(pods().size() == 1);
}

TEST_CASE_METHOD(Stateful, "a rolling update goes from the top down to the partition") {
    make_set(3);
    run();
    edit([](json::Value& spec) { spec.mut("updateStrategy").mut("rollingUpdate").set("partition", 2); });
    set_image("v2");
    run();
    CHECK(names() == "db-0=v1 db-1=v1 db-2=v2 ");
    CHECK(status()["currentRevision"].as_string() != status()["updateRevision"].as_string());
    REQUIRE(client->remove(kPods, "default", "db-0").ok());
    run();
    CHECK(names() == "db-0=v1 db-1=v1 db-2=v2 ");
    edit([](json::Value& spec) { spec.mut("updateStrategy").mut("rollingUpdate").set("partition", 0); });
    settle();
    CHECK(names() == "db-0=v1 db-1=v2 db-2=v2 ");
    run();
    CHECK(names() == "db-0=v2 db-1=v2 db-2=v2 ");
    CHECK(status()["currentRevision"].as_string() == status()["updateRevision"].as_string());
    CHECK(status()["currentReplicas"].as_int() == 3);
    set_image("v1");
    run();
    CHECK(names() == "db-0=v1 db-1=v1 db-2=v1 ");
    CHECK(client->trees(kControllerRevisions).size() == 2);
}

TEST_CASE_METHOD(Stateful, "Parallel makes and removes all at once, OnDelete replaces nothing") {
    make_set(3, R"(,"podManagementPolicy":"Parallel")");
    settle();
    CHECK(pods().size() == 3);
    run();
    edit([](json::Value& spec) { spec.mut("updateStrategy").set("type", "OnDelete"); });
    set_image("v2");
    run();
    CHECK(names() == "db-0=v1 db-1=v1 db-2=v1 ");
    REQUIRE(client->remove(kPods, "default", "db-1").ok());
    run();
    CHECK(names() == "db-0=v1 db-1=v2 db-2=v1 ");
    edit([](json::Value& spec) { spec.set("replicas", 0); });
    settle();
    CHECK(pods().empty());
}

TEST_CASE_METHOD(Stateful, "a failed pod is made again, ordinals may start elsewhere, claims may go with the scale") {
    make_set(2, R"(,"ordinals":{"start":5},"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Delete","whenDeleted":"Retain"})");
    run();
    CHECK(names() == "db-5=v1 db-6=v1 ");
    set_pod(client->tree(kPods, "default", "db-5"), "Failed", false);
    settle();
    CHECK(client->tree(kPods, "default", "db-5")["status"]["phase"].as_string() != "Failed");
    CHECK(event_messages("RecreatingFailedPod") == std::vector<std::string>{"StatefulSet default/db is recreating failed Pod db-5"});
    run();
    edit([](json::Value& spec) { spec.set("replicas", 1); });
    run();
    CHECK(names() == "db-5=v1 ");
    CHECK(client->tree(kVolumeClaims, "default", "data-db-6")["metadata"]["ownerReferences"][0]["name"].as_string() == "db-6");
    CHECK(client->tree(kVolumeClaims, "default", "data-db-5")["metadata"]["ownerReferences"].is_null());
}

TEST_CASE_METHOD(Stateful, "owners of claims follow the retention policy and leave those of others alone") {
    make_set(3);
    run();
    auto owners = [&](int ordinal) { return client->tree(kVolumeClaims, "default", "data-db-" + std::to_string(ordinal))["metadata"]["ownerReferences"]; };
    auto set_owners = [&](int ordinal, const char* references) {
        client->change(kVolumeClaims, "default", "data-db-" + std::to_string(ordinal), [&](json::Value& tree) { tree.mut("metadata").set("ownerReferences", parse(references)); });
    };
    CHECK(owners(0).is_null());
    set_owners(1, R"([{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"cm"}])");
    set_owners(2, R"([{"apiVersion":"apps/v1","kind":"StatefulSet","name":"other","uid":"gone","controller":true}])");
    edit([](json::Value& spec) { spec.set("persistentVolumeClaimRetentionPolicy", parse(R"({"whenDeleted":"Delete","whenScaled":"Retain"})")); });
    run();
    REQUIRE(owners(0).size() == 1);
    CHECK(owners(0)[0]["kind"].as_string() == "StatefulSet");
    CHECK(owners(0)[0]["controller"].as_bool());
    REQUIRE(owners(1).size() == 2);
    CHECK(owners(1)[0]["kind"].as_string() == "ConfigMap");
    REQUIRE(owners(2).size() == 1);
    CHECK(owners(2)[0]["name"].as_string() == "other");
    CHECK(event_messages("ConflictingController").size() == 1);
    edit([](json::Value& spec) { spec.erase("persistentVolumeClaimRetentionPolicy"); });
    run();
    CHECK(owners(0).is_null());
    CHECK(owners(1).size() == 1);
}

TEST_CASE_METHOD(Stateful, "a pod is not made again on a claim that is about to go") {
    make_set(2, R"(,"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Delete","whenDeleted":"Retain"})");
    run();
    edit([](json::Value& spec) { spec.set("replicas", 1); });
    run();
    edit([](json::Value& spec) { spec.set("replicas", 2); });
    run();
    CHECK(names() == "db-0=v1 ");
    client->erase(kVolumeClaims, "default", "data-db-1");      // what the garbage collector does
    run();
    CHECK(names() == "db-0=v1 db-1=v1 ");
    CHECK(client->tree(kVolumeClaims, "default", "data-db-1")["metadata"]["ownerReferences"].is_null());
}

TEST_CASE("ordinals are read from names") {
    CHECK(stateful_ordinal("db", "db-0") == 0);
    CHECK(stateful_ordinal("db", "db-12") == 12);
    for (auto bad : {"db", "db-", "db-x", "dbx-1", "other-1", "db-1-2", "db--1"}) CHECK(stateful_ordinal("db", bad) == -1);
}
