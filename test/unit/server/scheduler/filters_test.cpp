#include "snapshot_fixture.h"

using namespace skiff;
using namespace skiff::test;

TEST_CASE_METHOD(Cluster, "without nodes nothing can be scheduled") { CHECK(why(pod("p", "1")) == "no nodes available to schedule pods"); }

TEST_CASE_METHOD(Cluster, "what does not fit is told for each resource") {
    node("a");
    node("b");
    CHECK(why(pod("p", "5")) == "0/2 nodes are available: 2 Insufficient cpu.");
    CHECK(why(pod("p", "1", R"("overhead":{"memory":"9Gi"})")) == "0/2 nodes are available: 2 Insufficient memory.");
    CHECK(why(pod("p", "5", R"("overhead":{"memory":"9Gi"})")) == "0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory.");
}

TEST_CASE_METHOD(Cluster, "pods that are there count, and init containers by their largest") {
    node("a");
    place(pod("there", "3"), "a");
    CHECK(where(pod("p", "1")) == "a");
    CHECK(where(pod("p", "1100m")).empty());
    CHECK(where(pod("p", "100m", R"("initContainers":[{"name":"i","resources":{"requests":{"cpu":"2"}}}])")).empty());
    CHECK(where(pod("p", "600m", R"("initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"500m"}}}])")).empty());
}

TEST_CASE_METHOD(Cluster, "extended resources and the number of pods are limits too") {
    node("a", "", "{}", R"("example.com/gpu":"1")");
    auto gpu = R"("initContainers":[{"name":"i","resources":{"requests":{"example.com/gpu":"2"}}}])";
    CHECK(why(pod("p", "1m", gpu)) == "0/1 nodes are available: 1 Insufficient example.com/gpu.");
    for (int i = 0; i < 10; ++i) place(pod("x" + std::to_string(i), "1m"), "a");
    CHECK(why(pod("p", "1m")) == "0/1 nodes are available: 1 Too many pods.");
}

TEST_CASE_METHOD(Cluster, "reasons of several nodes are counted and sorted as text") {
    node("a", "", R"({"unschedulable":true})");
    node("b", "", R"({"taints":[{"key":"k","value":"v","effect":"NoSchedule"}]})");
    node("c");
    CHECK(why(pod("p", "5")) == "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.");
}

TEST_CASE_METHOD(Cluster, "tolerations by key, value, effect and operator") {
    node("a", "", R"({"taints":[{"key":"k","value":"v","effect":"NoSchedule"}]})");
    auto tolerating = [&](const std::string& t) { return where(pod("p", "1", R"("tolerations":[{)" + t + "}]")); };
    CHECK(tolerating(R"("key":"k","operator":"Equal","value":"v","effect":"NoSchedule")") == "a");
    CHECK(tolerating(R"("key":"k","operator":"Exists")") == "a");
    CHECK(tolerating(R"("operator":"Exists")") == "a");
    CHECK(tolerating(R"("key":"k","value":"w")").empty());
    CHECK(tolerating(R"("key":"k","operator":"Exists","effect":"NoExecute")").empty());
}

TEST_CASE_METHOD(Cluster, "node selectors and affinity") {
    node("a", R"("disk":"ssd","cores":"8")");
    node("b", R"("disk":"hdd")");
    CHECK(where(pod("p", "1", R"("nodeSelector":{"disk":"ssd"})")) == "a");
    auto affinity = [](const std::string& term) { return R"("affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[)" + term + "]}}}"; };
    CHECK(where(pod("p", "1", affinity(R"({"matchExpressions":[{"key":"cores","operator":"Gt","values":["4"]}]})"))) == "a");
    CHECK(where(pod("p", "1", affinity(R"({"matchExpressions":[{"key":"cores","operator":"DoesNotExist"}]})"))) == "b");
    CHECK(why(pod("p", "1", affinity("{}"))) == "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.");
    // Names of nodes leave the others out before any filter looks at them.
    CHECK(why(pod("p", "9", affinity(R"({"matchFields":[{"key":"metadata.name","operator":"In","values":["a"]}]})"))) ==
          "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity].");
}

TEST_CASE_METHOD(Cluster, "host ports clash by protocol and address, 0.0.0.0 with all") {
    node("a");
    auto with = [&](const std::string& port) {
        auto tree = *pod("p", "1")->object->tree();
        tree.mut("spec").mut("containers").mut_items()[0].set("ports", tree_of("[" + port + "]"));
        return pod_info(api::Object::from_tree(tree));
    };
    place(with(R"({"hostPort":80,"hostIP":"127.0.0.1","protocol":"TCP"})"), "a");
    auto check = [&](const std::string& port) {
        auto tree = *with(port)->object->tree();
        tree.mut("metadata").set("uid", "other");
        return where(pod_info(api::Object::from_tree(tree)));
    };
    CHECK(check(R"({"hostPort":80,"protocol":"TCP"})").empty());
    CHECK(check(R"({"hostPort":80,"hostIP":"127.0.0.1","protocol":"TCP"})").empty());
    CHECK(check(R"({"hostPort":80,"hostIP":"127.0.0.2","protocol":"TCP"})") == "a");
    CHECK(check(R"({"hostPort":80,"hostIP":"127.0.0.1","protocol":"UDP"})") == "a");
}

TEST_CASE_METHOD(Cluster, "topology spread keeps the skew, counts only matching pods, and needs the label") {
    node("a", R"("zone":"1")");
    node("b", R"("zone":"2")");
    node("c");
    const std::string spread = R"("topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"x"}}}])";
    place(pod("x1", "1m", "", R"("app":"x")"), "a");
    place(pod("other", "1m", "", R"("app":"y")"), "b");
    CHECK(where(pod("x2", "1m", spread, R"("app":"x")")) == "b");
    snapshot.nodes.at("b").unschedulable = true;
    CHECK(why(pod("x2", "1m", spread, R"("app":"x")")) ==
          "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, "
          "1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) were unschedulable.");
}

TEST_CASE_METHOD(Cluster, "minDomains makes missing domains count as empty ones") {
    node("a", R"("zone":"1")");
    const std::string spread = R"("topologySpreadConstraints":[{"maxSkew":1,"minDomains":2,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"x"}}}])";
    CHECK(where(pod("x1", "1m", spread, R"("app":"x")")) == "a");
    place(pod("x1", "1m", spread, R"("app":"x")"), "a");
    CHECK(where(pod("x2", "1m", spread, R"("app":"x")")).empty());
}

TEST_CASE_METHOD(Cluster, "matchLabelKeys spreads each revision for itself") {
    node("a", R"("zone":"1")");
    node("b", R"("zone":"2")", R"({"unschedulable":true})");
    const std::string spread =
        R"("topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","matchLabelKeys":["rev"],"labelSelector":{"matchLabels":{"app":"x"}}}])";
    place(pod("old", "1m", "", R"("app":"x","rev":"1")"), "a");
    CHECK(where(pod("new", "1m", spread, R"("app":"x","rev":"2")")) == "a");
    CHECK(where(pod("same", "1m", spread, R"("app":"x","rev":"1")")).empty());
}

namespace {

std::string pod_affinity(const char* kind, const std::string& app, const std::string& more = "") {
    return std::string(R"("affinity":{")") + kind + R"(":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone","labelSelector":{"matchLabels":{"app":")" + app +
           "\"}}" + more + "}]}}";
}

}  // namespace

TEST_CASE_METHOD(Cluster, "affinity goes where the partner is; the first of a group may go anywhere") {
    node("a", R"("zone":"1")");
    node("b", R"("zone":"2")");
    CHECK(why(pod("p", "1m", pod_affinity("podAffinity", "db"))) == "0/2 nodes are available: 2 node(s) didn't match pod affinity rules.");
    CHECK_FALSE(where(pod("p", "1m", pod_affinity("podAffinity", "me"), R"("app":"me")")).empty());
    place(pod("db", "1m", "", R"("app":"db")"), "b");
    CHECK(where(pod("p", "1m", pod_affinity("podAffinity", "db"))) == "b");
}

TEST_CASE_METHOD(Cluster, "anti-affinity holds in both directions") {
    node("a", R"("zone":"1")");
    place(pod("shy", "1m", pod_affinity("podAntiAffinity", "web"), R"("app":"db")"), "a");
    CHECK(why(pod("p", "1m", "", R"("app":"web")")) == "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.");
    CHECK(why(pod("p", "1m", pod_affinity("podAntiAffinity", "db"))) == "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.");
    CHECK(where(pod("p", "1m", "", R"("app":"web")", "elsewhere")) == "a");
}

TEST_CASE_METHOD(Cluster, "terms look into other namespaces by name and by label") {
    node("a", R"("zone":"1")");
    namespaces["team"] = {{"kind", "team"}};
    place(pod("db", "1m", "", R"("app":"db")", "team"), "a");
    CHECK(where(pod("p", "1m", pod_affinity("podAffinity", "db"))).empty());
    CHECK(where(pod("p", "1m", pod_affinity("podAffinity", "db", R"(,"namespaces":["team"])"))) == "a");
    CHECK(where(pod("p", "1m", pod_affinity("podAffinity", "db", R"(,"namespaceSelector":{"matchLabels":{"kind":"team"}})"))) == "a");
    CHECK(where(pod("p", "1m", pod_affinity("podAffinity", "db", R"(,"namespaceSelector":{})"))) == "a");
}

TEST_CASE_METHOD(Cluster, "claims: what is missing, unbound or elsewhere") {
    node("a", R"("zone":"1")");
    node("b", R"("zone":"2")");
    const std::string volume = R"("volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"c"}}])";
    CHECK(why(pod("p", "1m", volume)) == "0/2 nodes are available: persistentvolumeclaim \"c\" not found.");
    claims["c"].kind = ClaimState::Kind::UnboundImmediate;
    CHECK(why(pod("p", "1m", volume)) == "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.");
    api::LabelRequirement in_zone_2;
    in_zone_2.key = "zone";
    in_zone_2.op = api::LabelRequirement::Operator::In;
    in_zone_2.values = {"2"};
    claims["c"] = {};
    claims["c"].kind = ClaimState::Kind::Bound;
    claims["c"].has_node_affinity = true;
    claims["c"].node_terms = {NodeTerm{{in_zone_2}, {}, 0}};
    CHECK(where(pod("p", "1m", volume)) == "b");
    claims["c"] = {};
    claims["c"].kind = ClaimState::Kind::WaitForFirstConsumer;
    CHECK(why(pod("p", "1m", volume)) == "0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind.");
    claims["c"].candidates.push_back({"pv1", {NodeTerm{{in_zone_2}, {}, 0}}, true});
    CHECK(where(pod("p", "1m", volume)) == "b");
    claims["c"].candidates.clear();
    claims["c"].provisioned = true;
    CHECK_FALSE(where(pod("p", "1m", volume)).empty());
    claims["c"].one_pod = true;
    place(pod("user", "1m", volume), "a");
    CHECK(why(pod("p", "1m", volume)) ==
          "0/2 nodes are available: 2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod.");
}

TEST_CASE_METHOD(Cluster, "room that was made for a pod is not given to one of lower priority") {
    node("a");
    auto important = pod("vip", "3", R"("priority":10)");
    snapshot.nominated["a"] = {important};
    CHECK(where(pod("small", "2", R"("priority":5)")).empty());
    CHECK(where(pod("equal", "2", R"("priority":11)")) == "a");
    CHECK(where(important) == "a");
}

TEST_CASE_METHOD(Cluster, "a gated pod is known as such") { CHECK(pod("p", "1", R"("schedulingGates":[{"name":"g"}])")->gated); }
