#include "server/scheduler/configuration.h"

#include "server/scheduler/extenders.h"
#include "snapshot_fixture.h"

using namespace skiff;
using namespace skiff::test;

namespace {

const std::string kHead = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";

Configuration read(const std::string& text) {
    auto configuration = read_configuration(kHead + text);
    if (!configuration.ok()) FAIL(configuration.status().message());
    return *configuration;
}

std::string refusal(const std::string& text) {
    auto configuration = read_configuration(kHead + text);
    return configuration.ok() ? "" : configuration.status().message();
}

std::vector<std::string> scores_of(const Profile& profile) {
    std::vector<std::string> names;
    for (const auto& [score, weight] : profile.scores) names.push_back(fmt::format("{}={}", score->name, weight));
    return names;
}

}  // namespace

TEST_CASE("an empty configuration is the default scheduler") {
    auto configuration = read("");
    REQUIRE(configuration.profiles.size() == 1);
    CHECK(configuration.profiles[0].name == "default-scheduler");
    CHECK(scores_of(configuration.profiles[0]) == scores_of(default_profile()));
    CHECK(configuration.profiles[0].filters == default_profile().filters);
}

TEST_CASE("plugins are taken away at one point or at all, added back and weighed") {
    auto configuration = read(R"(
profiles:
- schedulerName: lean
  plugins:
    score:
      disabled: [{name: "*"}]
      enabled: [{name: NodeResourcesFit, weight: 7}, {name: ImageLocality}]
- schedulerName: free
  plugins:
    multiPoint:
      disabled: [{name: TaintToleration}, {name: DefaultPreemption}]
)");
    REQUIRE(configuration.profiles.size() == 2);
    CHECK(scores_of(configuration.profiles[0]) == std::vector<std::string>{"NodeResourcesFit=7", "ImageLocality=1"});
    CHECK(configuration.profiles[0].filters == default_profile().filters);
    CHECK(configuration.profiles[0].preempts);
    CHECK(configuration.profiles[1].filters.size() == default_profile().filters.size() - 1);
    CHECK(configuration.profiles[1].scores.size() == default_profile().scores.size() - 1);
    CHECK_FALSE(configuration.profiles[1].preempts);
}

TEST_CASE_METHOD(Cluster, "bin packing fills the fuller node, spreading the emptier one") {
    node("a");
    node("b");
    place(pod("there", "2"), "a");
    auto packing = read(R"(
profiles:
- plugins: {score: {disabled: [{name: NodeResourcesBalancedAllocation}]}}
  pluginConfig:
  - name: NodeResourcesFit
    args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 5}]}}
)").profiles[0];
    auto ratio = read(R"(
profiles:
- plugins: {score: {disabled: [{name: NodeResourcesBalancedAllocation}]}}
  pluginConfig:
  - name: NodeResourcesFit
    args:
      scoringStrategy:
        type: RequestedToCapacityRatio
        resources: [{name: cpu}]
        requestedToCapacityRatio: {shape: [{utilization: 0, score: 0}, {utilization: 50, score: 10}, {utilization: 100, score: 0}]}
)").profiles[0];
    CHECK(decide(*pod("p", "1"), snapshot, 0, packing).node == "a");
    CHECK(decide(*pod("p", "1"), snapshot, 0).node == "b");
    NodeList nodes{&snapshot.nodes.at("a"), &snapshot.nodes.at("b")};
    CHECK(score_resources(*pod("p", "1"), snapshot, nodes, ratio) == std::vector<int64_t>{50, 50});
    CHECK(score_resources(*pod("p", "2"), snapshot, nodes, ratio) == std::vector<int64_t>{0, 100});
}

TEST_CASE_METHOD(Cluster, "a profile may add node affinity, default spreading, and resources that it leaves to others") {
    node("a", R"("zone":"1")");
    node("b", R"("zone":"2")");
    auto profile = read(R"(
percentageOfNodesToScore: 30
profiles:
- pluginConfig:
  - name: NodeAffinity
    args: {addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: ["2"]}]}]}}}
  - name: PodTopologySpread
    args: {defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]}
  - name: NodeResourcesFit
    args: {ignoredResources: [example.com/one], ignoredResourceGroups: [other.io]}
)").profiles[0];
    CHECK(profile.percentage_of_nodes == 30);
    CHECK(decide(*pod("p", "1"), snapshot, 0, profile).node == "b");
    snapshot.nodes.erase("b");
    CHECK(decide(*pod("p", "1"), snapshot, 0, profile).message() == "0/1 nodes are available: 1 node(s) didn't match scheduler-enforced node affinity.");
    REQUIRE(spread_of(*pod("p", "1"), profile)->empty());
    auto owned = *pod("q", "1")->object->tree();
    owned.mut("metadata").set("ownerReferences", tree_of(R"([{"kind":"ReplicaSet","name":"r","uid":"r1","controller":true}])"));
    CHECK(spread_of(*pod_info(api::Object::from_tree(owned)), profile)->at(0).required);
}

TEST_CASE("a wrong configuration is refused with the field's name") {
    CHECK(!read_configuration("apiVersion: v1\nkind: ConfigMap\n").ok());
    CHECK(refusal("profiles: [{schedulerName: a}, {schedulerName: a}]") == "KubeSchedulerConfiguration: profiles[1].schedulerName: Duplicate value");
    CHECK(refusal("profiles: [{plugins: {score: {enabled: [{name: Nonsense}]}}}]") == "KubeSchedulerConfiguration: profiles[0].plugins.score.enabled: plugin \"Nonsense\" does not exist");
    CHECK(refusal("percentageOfNodesToScore: 101") == "KubeSchedulerConfiguration: spec.percentageOfNodesToScore: must be within 0-100");
    CHECK(refusal("extenders: [{urlPrefix: 'file:///x'}]") == "KubeSchedulerConfiguration: extenders[0].urlPrefix: must be an http or https URL");
    CHECK(refusal("extenders: [{urlPrefix: 'http://a', bindVerb: b}, {urlPrefix: 'http://b', bindVerb: b}]") ==
          "KubeSchedulerConfiguration: extenders: found multiple extenders implementing bind");
}

TEST_CASE_METHOD(Cluster, "an extender that does not answer holds pods up, unless it may be ignored or is not concerned") {
    node("a");
    auto settings = read("extenders: [{urlPrefix: 'http://127.0.0.1:1/', filterVerb: filter, httpTimeout: 1s, managedResources: [{name: example.com/one, ignoredByScheduler: true}]}]").extenders;
    REQUIRE(settings.size() == 1);
    CHECK(settings[0].url_prefix == "http://127.0.0.1:1");
    auto asking = *pod("p", "1")->object->tree();
    asking.mut("spec").set("containers", tree_of(R"([{"name":"c","resources":{"requests":{"example.com/one":"1"}}}])"));
    auto wants = pod_info(api::Object::from_tree(asking));
    auto profile = default_profile();
    profile.ignored_resources = settings[0].ignored_resources;
    Extenders strict(settings);
    CHECK(decide(*pod("q", "1"), snapshot, 0, profile, {}, strict.advisor()).node == "a");
    auto held = decide(*wants, snapshot, 0, profile, {}, strict.advisor());
    CHECK(held.node.empty());
    CHECK(!held.error.empty());
    settings[0].ignorable = true;
    Extenders lenient(settings);
    CHECK(decide(*wants, snapshot, 0, profile, {}, lenient.advisor()).node == "a");
    CHECK(Extenders({}).advisor() == nullptr);
}
