#include <catch2/catch.hpp>

#include "api/kind.h"
#include "api/kinds/quota_scope.h"
#include "json/parse.h"
#include "server/apiserver/admission/pod_resources.h"
#include "server/apiserver/admission/quota_usage.h"

using namespace skiff;
using namespace skiff::apiserver;

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
