// Disruption budgets and resource quotas.
#include "server/controllers/disruption.h"
#include "server/controllers/resource_quota.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;
using namespace std::chrono_literals;

namespace {

struct Budgets : ControllerBench {
    Budgets() { add(make_disruption_controller(std::make_shared<PodFactsCache>())); }
    void make_budget(const std::string& spec) {
        create(kDisruptionBudgets, "default", R"({"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"b"},"spec":{"selector":{"matchLabels":{"a":"b"}},)" + spec + "}}");
    }
    void make_pods(int count) {
        create(kReplicaSets, "default", R"({"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"rs","uid":"rs-uid"},"spec":{"replicas":)" + std::to_string(count) + "}}");
        for (int i = 0; i < count; ++i)
            create(kPods, "default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p)" + std::to_string(i) + R"(","labels":{"a":"b"},"ownerReferences":[
                {"apiVersion":"apps/v1","kind":"ReplicaSet","name":"rs","uid":"rs-uid","controller":true}]}})");
    }
    json::Value budget() { return client->tree(kDisruptionBudgets, "default", "b"); }
    int64_t status(const char* field) { return budget()["status"][field].as_int(-1); }
};

}  // namespace

TEST_CASE_METHOD(Budgets, "minAvailable as a number") {
    make_budget(R"("minAvailable":2)");
    make_pods(3);
    settle();
    CHECK(status("disruptionsAllowed") == 0);
    CHECK(condition_text(budget(), "DisruptionAllowed") == "False InsufficientPods: ");
    all_ready();
    settle();
    CHECK(status("disruptionsAllowed") == 1);
    CHECK(status("currentHealthy") == 3);
    CHECK(status("desiredHealthy") == 2);
    CHECK(status("expectedPods") == 3);
    CHECK(condition_text(budget(), "DisruptionAllowed") == "True SufficientPods: ");
    client->take_calls();
    settle();
    CHECK(client->take_calls().empty());
}

TEST_CASE_METHOD(Budgets, "maxUnavailable counts by the scale of the controllers") {
    make_budget(R"("maxUnavailable":"50%")");
    make_pods(3);
    all_ready();
    settle();
    CHECK(status("expectedPods") == 3);
    CHECK(status("desiredHealthy") == 1);
    CHECK(status("disruptionsAllowed") == 2);
    client->change(kReplicaSets, "default", "rs", [](json::Value& set) { set.mut("spec").set("replicas", 10); });
    settle();
    CHECK(status("desiredHealthy") == 5);
    CHECK(status("disruptionsAllowed") == 0);
}

TEST_CASE_METHOD(Budgets, "a granted eviction counts until the pod is gone or two minutes are over") {
    make_budget(R"("minAvailable":1)");
    make_pods(2);
    all_ready();
    settle();
    client->change(kDisruptionBudgets, "default", "b", [&](json::Value& budget) {
        budget.mut("status").set("disruptedPods", json::Value::object({{"p0", reconcile::format_time(clock.now())}}));
        budget.mut("status").set("disruptionsAllowed", 0);
    });
    settle();
    CHECK(status("currentHealthy") == 1);
    CHECK(status("disruptionsAllowed") == 0);
    advance(121s);
    CHECK(status("disruptionsAllowed") == 1);
}

TEST_CASE("budget numbers") {
    auto parse = [](const char* text) { return *json::parse(text); };
    CHECK(budget_numbers(parse(R"({"maxUnavailable":1})"), 3, 5).desired_healthy == 4);
    CHECK(budget_numbers(parse(R"({"minAvailable":"34%"})"), 3, 3).desired_healthy == 2);
    CHECK(budget_numbers(parse(R"({"minAvailable":4})"), 3, 0).expected == 3);
}

TEST_CASE_METHOD(ControllerBench, "a quota's usage follows the objects") {
    add(make_resource_quota_controller());
    create(kResourceQuotas, "default", R"({"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"pods":"5","requests.cpu":"1","configmaps":"2"}}})");
    settle();
    auto used = [&](const char* name) { return client->tree(kResourceQuotas, "default", "q")["status"]["used"][name].as_string(); };
    CHECK(used("pods") == "0");
    create(kPods, "default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"resources":{"requests":{"cpu":"250m"}}}]}})");
    create(kConfigMaps, "default", R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"}})");
    settle();
    CHECK(used("pods") == "1");
    CHECK(used("requests.cpu") == "250m");
    CHECK(used("configmaps") == "1");
    set_pod(pods()[0], "Succeeded", false);
    REQUIRE(client->remove(kConfigMaps, "default", "m").ok());
    settle();
    CHECK(used("pods") == "0");
    CHECK(used("configmaps") == "0");
    client->take_calls();
    settle();
    CHECK(client->take_calls().empty());
    // Somebody else's status stands for a moment, then the truth comes back.
    client->change(kResourceQuotas, "default", "q", [](json::Value& quota) { quota.mut("status").mut("hard").set("pods", "7"); });
    settle();
    CHECK(client->tree(kResourceQuotas, "default", "q")["status"]["hard"]["pods"].as_string() == "7");
    advance(61s);
    CHECK(client->tree(kResourceQuotas, "default", "q")["status"]["hard"]["pods"].as_string() == "5");
}
