#include <catch2/catch.hpp>

#include "api/kind.h"
#include "api/kinds/quota_scope.h"
#include "api/kinds/quota_usage.h"
#include "json/parse.h"

using namespace skiff;
using namespace skiff::api::kinds;

TEST_CASE("what a pod says of all its containers goes before what they say, for cpu and memory") {
    auto pod = json::parse(R"({"spec":{"resources":{"requests":{"cpu":"2"}},"containers":[{"resources":{"requests":{"cpu":"1","memory":"1Gi","x.y/z":"3"}}}],"overhead":{"cpu":"100m"}}})");
    CHECK(quantities_text(pod_resources(*pod, ResourceSide::Requests)) == "cpu=2100m,memory=1Gi,x.y/z=3");
}

TEST_CASE("a quota may be about pods with resources of their own, and about claims with a class of attributes") {
    auto kinds = api::KindRegistry::builtin();
    const api::KindInfo &pods = *kinds->find(api::Gvr{"", "v1", "pods"}), &claims = *kinds->find(api::Gvr{"", "v1", "persistentvolumeclaims"});
    auto covers = [&](const char* spec, const api::KindInfo& kind, const char* object) {
        return api::kinds::quota_covers(*json::parse(spec), kind.gvr(), *json::parse(object));
    };
    CHECK_FALSE(covers(R"({"scopes":["BestEffort"]})", pods, R"({"spec":{"resources":{"limits":{"cpu":"1"}},"containers":[{}]}})"));
    CHECK(covers(R"({"scopes":["BestEffort"]})", pods, R"({"spec":{"containers":[{}]}})"));
    const char* gold = R"({"scopeSelector":{"matchExpressions":[{"scopeName":"VolumeAttributesClass","operator":"In","values":["gold"]}]}})";
    CHECK(covers(gold, claims, R"({"spec":{"volumeAttributesClassName":"gold"}})"));
    CHECK(covers(gold, claims, R"({"spec":{"volumeAttributesClassName":"iron"},"status":{"currentVolumeAttributesClassName":"gold"}})"));
    CHECK_FALSE(covers(gold, claims, R"({"spec":{}})"));
    CHECK_FALSE(covers(gold, pods, R"({"spec":{}})"));
}

namespace {

const api::Gvr kPods{"", "v1", "pods"}, kServices{"", "v1", "services"}, kClaims{"", "v1", "persistentvolumeclaims"};

std::string cost(const api::Gvr& gvr, const char* object, const std::string& name) {
    Quantities usage = quota_usage(gvr, *json::parse(object));
    return usage.count(name) ? usage[name].text() : "-";
}

}  // namespace

TEST_CASE("what objects cost in quota names") {
    const char* pod = R"({"spec":{"containers":[{"resources":{"requests":{"cpu":"100m","memory":"1Gi"},"limits":{"cpu":1}}},{"resources":{"requests":{"cpu":"200m","hugepages-2Mi":"4Mi"}}}],
        "initContainers":[{"resources":{"requests":{"cpu":"500m"}}},{"restartPolicy":"Always","resources":{"requests":{"cpu":"50m"}}}],"overhead":{"cpu":"10m"}}})";
    for (auto [name, amount] : {std::pair{"pods", "1"}, {"requests.cpu", "510m"}, {"cpu", "510m"}, {"memory", "1Gi"}, {"limits.cpu", "1010m"}, {"hugepages-2Mi", "4Mi"}}) CHECK(cost(kPods, pod, name) == amount);
    const char* ended = R"({"spec":{"containers":[]},"status":{"phase":"Succeeded"}})";
    CHECK(cost(kPods, ended, "count/pods") == "1");
    CHECK(cost(kPods, ended, "pods") == "-");
    const char* service = R"({"spec":{"type":"LoadBalancer","ports":[{},{}]}})";
    CHECK(cost(kServices, service, "services.nodeports") == "2");
    CHECK(cost(kServices, service, "services.loadbalancers") == "1");
    CHECK(cost(kServices, R"({"spec":{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"nodePort":30000},{}]}})", "services.nodeports") == "1");
    const char* claim = R"({"spec":{"storageClassName":"gold","resources":{"requests":{"storage":"5Gi"}}},"status":{"allocatedResources":{"storage":"6Gi"}}})";
    CHECK(cost(kClaims, claim, "gold.storageclass.storage.k8s.io/requests.storage") == "6Gi");
    CHECK(quota_resource("count/deployments.apps") == "deployments.apps");
    CHECK(quota_resource("services.nodeports") == "services");
    CHECK(quota_resource("limits.memory") == "pods");
}

TEST_CASE("a container that is being resized costs the larger of what it asks for and what it holds") {
    const char* pod = R"({"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}]},"status":{"containerStatuses":[{"name":"c","allocatedResources":{"cpu":"2"},"resources":{"requests":{"cpu":"3"}}}]}})";
    CHECK(cost(kPods, pod, "requests.cpu") == "3");
    CHECK(quantities_text(pod_resources(*json::parse(pod), ResourceSide::Requests)) == "cpu=1");
}
