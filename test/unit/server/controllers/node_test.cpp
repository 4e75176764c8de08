// Node lifecycle, taint eviction, pod GC, DaemonSet.
#include "server/controllers/daemon_set.h"
#include "server/controllers/node_health.h"
#include "server/controllers/node_lifecycle.h"
#include "server/controllers/pod_gc.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;
using namespace std::chrono_literals;

namespace {

struct Nodes : ControllerBench {
    std::shared_ptr<PodFactsCache> facts = std::make_shared<PodFactsCache>();
    std::shared_ptr<PodsByNode> by_node = std::make_shared<PodsByNode>(facts);

    void make_node(const std::string& name, const std::string& ready = "True", const std::string& labels = "{}") {
        create(kNodes, "", R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")" + name + R"(","labels":)" + labels +
                               R"(},"spec":{},"status":{"conditions":[{"type":"Ready","status":")" + ready + R"("}]}})");
        create(kLeases, "kube-node-lease", R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":")" + name + R"("},"spec":{}})");
    }
    void renew(const std::string& name) {
        client->change(kLeases, "kube-node-lease", name, [&](json::Value& lease) { lease.mut("spec").set("renewTime", std::to_string(++renewals)); });
    }
    void make_pod(const std::string& name, const std::string& node, const std::string& tolerations = "[]") {
        create(kPods, "default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"("},"spec":{"nodeName":")" + node + R"(","tolerations":)" +
                                     tolerations + R"(},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}})");
    }
    std::string taints(const std::string& node) {
        std::string text;
        auto tree = client->tree(kNodes, "", node);
        for (const auto& taint : tree["spec"]["taints"].items()) text += taint["key"].as_string().substr(19) + ":" + taint["effect"].as_string() + " ";
        return text;
    }
    int renewals = 0;
};

struct Lifecycle : Nodes {
    Lifecycle() {
        add(make_node_lifecycle_controller(by_node, 50));
        add(make_taint_eviction_controller(by_node));
    }
};

struct Daemons : Nodes {
    Daemons() { add(make_daemon_set_controller(facts)); }
    void make_set(const std::string& strategy = R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}})", const std::string& spec = "") {
        create(kDaemonSets, "default", R"({"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"ds"},"spec":{"selector":{"matchLabels":{"app":"d"}},
            "updateStrategy":)" + strategy + R"(,"template":{"metadata":{"labels":{"app":"d"}},"spec":{"containers":[{"name":"c","image":"v1"}])" + spec + "}}}}");
    }
    // What the scheduler and the kubelet would do.
    void run_pods() {
        for (const auto& pod : pods()) {
            if (!pod["spec"]["nodeName"].as_string().empty()) continue;
            auto terms = pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
            client->change(kPods, "default", pod["metadata"]["name"].as_string(), [&](json::Value& tree) { tree.mut("spec").set("nodeName", terms[0]["matchFields"][0]["values"][0]); });
        }
        all_ready();
        settle();
    }
    json::Value status() { return client->tree(kDaemonSets, "default", "ds")["status"]; }
};

}  // namespace

TEST_CASE_METHOD(Lifecycle, "a silent node becomes Unknown, tainted, its pods not ready, and is drained by toleration seconds") {
    make_node("a");
    make_node("b");
    make_pod("stays", "a", R"([{"operator":"Exists"}])");
    make_pod("waits", "a", R"([{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}])");
    make_pod("leaves", "a");
    settle();
    for (int i = 0; i < 4; ++i) {
        renew("a");
        renew("b");
        advance(10s);
    }
    CHECK(taints("a").empty());
    for (int i = 0; i < 6; ++i) {
        renew("b");
        advance(10s);
    }
    CHECK(condition_text(client->tree(kNodes, "", "a"), "Ready") == "Unknown NodeStatusUnknown: Kubelet stopped posting node status.");
    CHECK(taints("a") == "unreachable:NoSchedule unreachable:NoExecute ");
    CHECK(taints("b").empty());
    CHECK(condition_text(client->tree(kPods, "default", "stays"), "Ready") == "False : ");
    CHECK(client->tree(kPods, "default", "leaves").is_null());
    CHECK(!client->tree(kPods, "default", "waits").is_null());
    for (int i = 0; i < 31; ++i) {
        renew("b");
        advance(10s);
    }
    CHECK(client->tree(kPods, "default", "waits").is_null());
    CHECK(!client->tree(kPods, "default", "stays").is_null());
    client->change(kNodes, "", "a", [](json::Value& node) { node.mut("status").mut("conditions").mut_items()[0].set("status", "True"); });
    renew("a");
    settle();
    CHECK(taints("a").empty());
}

TEST_CASE_METHOD(Lifecycle, "a node that returns in time keeps its pods") {
    make_node("a");
    make_node("b");
    make_pod("waits", "a", R"([{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}])");
    settle();
    auto set_ready = [&](const char* value) {
        client->change(kNodes, "", "a", [&](json::Value& node) { node.mut("status").mut("conditions").mut_items()[0].set("status", value); });
    };
    set_ready("False");
    settle();
    CHECK(taints("a") == "not-ready:NoSchedule not-ready:NoExecute ");
    set_ready("True");
    settle();
    for (int i = 0; i < 40; ++i) {
        renew("a");
        renew("b");
        advance(10s);
    }
    CHECK(!client->tree(kPods, "default", "waits").is_null());
    CHECK(event_messages("TaintManagerEviction") == std::vector<std::string>{"Cancelling deletion of Pod default/waits"});
}

TEST_CASE_METHOD(Lifecycle, "when all nodes are down nothing is evicted") {
    make_node("a");
    make_pod("leaves", "a");
    settle();
    advance(60s);
    advance(600s);
    CHECK(taints("a") == "unreachable:NoSchedule ");
    CHECK(!client->tree(kPods, "default", "leaves").is_null());
}

TEST_CASE("eviction times follow taints and tolerations") {
    auto parse = [](const std::string& text) { return *json::parse(text); };
    WallTime start(1000s);
    auto taint = parse(R"([{"key":"k","effect":"NoExecute"},{"key":"other","effect":"NoSchedule"}])");
    CHECK(eviction_time(parse("[]"), parse("[]"), start).never);
    CHECK(eviction_time(taint, parse("[]"), start).at == start);
    CHECK(eviction_time(taint, parse(R"([{"key":"k","operator":"Exists"}])"), start).never);
    CHECK(eviction_time(taint, parse(R"([{"key":"k","operator":"Exists","tolerationSeconds":30},{"operator":"Exists","tolerationSeconds":60}])"), start).at == start + 30s);
    CHECK(eviction_time(taint, parse(R"([{"key":"k","operator":"Equal","value":"v"}])"), start).at == start);
}

TEST_CASE_METHOD(Nodes, "pods of a node that is gone are failed and removed after the quarantine") {
    add(make_pod_gc_controller(by_node, facts, 2));
    client->graceful_pods = true;
    make_node("a");
    make_pod("p", "a");
    settle();
    client->erase(kNodes, "", "a");
    settle();
    advance(30s);
    CHECK(!client->tree(kPods, "default", "p").is_null());
    advance(20s);
    CHECK(client->tree(kPods, "default", "p").is_null());
}

TEST_CASE_METHOD(Nodes, "unbound pods that are deleted go at once, finished ones beyond the limit too") {
    add(make_pod_gc_controller(by_node, facts, 2));
    client->graceful_pods = true;
    make_pod("unbound", "");
    settle();
    REQUIRE(client->remove(kPods, "default", "unbound").ok());
    settle();
    CHECK(client->tree(kPods, "default", "unbound").is_null());
    make_node("a");
    for (auto name : {"w", "x", "y", "z"}) {
        make_pod(name, "a");
        set_pod(client->tree(kPods, "default", name), "Succeeded", false);
        clock.advance(1s);
        client->now = reconcile::format_time(clock.now());
    }
    settle();
    CHECK(pods().size() == 2);
}

TEST_CASE_METHOD(Daemons, "a DaemonSet stands once on each node that fits") {
    make_node("a", "True", R"({"disk":"ssd"})");
    make_node("b");
    make_node("c", "True", R"({"disk":"ssd"})");
    make_set(R"({"type":"RollingUpdate"})", R"(,"nodeSelector":{"disk":"ssd"})");
    settle();
    CHECK(pods().size() == 2);
    run_pods();
    CHECK(status()["desiredNumberScheduled"].as_int() == 2);
    CHECK(status()["numberAvailable"].as_int() == 2);
    CHECK(status()["numberUnavailable"].is_null());
    client->change(kNodes, "", "a", [](json::Value& node) { node.mut("metadata").set("labels", json::Value::object()); });
    settle();
    CHECK(pods().size() == 1);
    client->change(kNodes, "", "b", [](json::Value& node) { node.mut("metadata").mut("labels").set("disk", "ssd"); });
    settle();
    CHECK(pods().size() == 2);
    client->take_calls();
    settle();
    CHECK(client->take_calls().empty());
}

TEST_CASE_METHOD(Daemons, "a rolling update replaces pod by pod, OnDelete waits, history is kept") {
    for (auto name : {"a", "b", "c"}) make_node(name);
    make_set();
    settle();
    run_pods();
    auto image = [&](const char* value) {
        client->change(kDaemonSets, "default", "ds", [&](json::Value& ds) {
            ds.mut("spec").mut("template").mut("spec").mut("containers").mut_items()[0].set("image", value);
        });
    };
    image("v2");
    for (int i = 0; i < 10; ++i) {
        settle();
        int ready = 0;
        for (const auto& pod : pods()) ready += pod["status"]["conditions"][0]["status"].as_string() == "True";
        CHECK(ready >= 2);
        run_pods();
    }
    CHECK(status()["updatedNumberScheduled"].as_int() == 3);
    CHECK(client->trees(kControllerRevisions).size() == 2);
    image("v1");
    for (int i = 0; i < 10; ++i) run_pods();
    CHECK(status()["updatedNumberScheduled"].as_int() == 3);
    CHECK(client->trees(kControllerRevisions).size() == 2);
    for (const auto& pod : pods()) CHECK(pod["spec"]["containers"][0]["image"].as_string() == "v1");
}

TEST_CASE_METHOD(Daemons, "with surge the new pod is ready before the old one goes") {
    for (auto name : {"a", "b"}) make_node(name);
    make_set(R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":1}})");
    settle();
    run_pods();
    client->change(kDaemonSets, "default", "ds", [&](json::Value& ds) { ds.mut("spec").mut("template").mut("spec").mut("containers").mut_items()[0].set("image", "v2"); });
    settle();
    CHECK(pods().size() == 3);
    for (int i = 0; i < 10; ++i) {
        int ready = 0;
        for (const auto& pod : pods()) ready += pod["status"]["conditions"][0]["status"].as_string() == "True";
        CHECK(ready >= 2);
        run_pods();
    }
    CHECK(pods().size() == 2);
    CHECK(status()["updatedNumberScheduled"].as_int() == 2);
}

TEST_CASE_METHOD(Daemons, "a failed daemon pod is replaced") {
    make_node("a");
    make_set();
    settle();
    run_pods();
    set_pod(pods()[0], "Failed", false);
    settle();
    REQUIRE(pods().size() == 1);
    CHECK(pods()[0]["status"]["phase"].as_string() != "Failed");
    CHECK(event_messages("FailedDaemonPod").size() == 1);
}
