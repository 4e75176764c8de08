#include "cli/kubectl/discovery.h"

#include <catch2/catch.hpp>

#include "json/parse.h"

using namespace skiff;
using namespace skiff::cli::kubectl;

namespace {

Discovery sample() {
    Discovery discovery;
    discovery.add(*json::parse(R"({"items":[{"metadata":{},"versions":[{"version":"v1","resources":[
        {"resource":"pods","responseKind":{"kind":"Pod"},"scope":"Namespaced","singularResource":"pod","shortNames":["po"],"categories":["all"],"verbs":["get"]},
        {"resource":"events","responseKind":{"kind":"Event"},"scope":"Namespaced","singularResource":"event","shortNames":["ev"],"verbs":["get"]}]}]}]})"));
    discovery.add(*json::parse(R"({"items":[{"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[
        {"resource":"deployments","responseKind":{"kind":"Deployment"},"scope":"Namespaced","singularResource":"deployment","shortNames":["deploy"],"categories":["all"],"verbs":["get"]}]}]},
        {"metadata":{"name":"events.k8s.io"},"versions":[{"version":"v1","resources":[
        {"resource":"events","responseKind":{"kind":"Event"},"scope":"Namespaced","singularResource":"event","shortNames":["ev"],"verbs":["get"]}]}]}]})"));
    return discovery;
}

}  // namespace

TEST_CASE("a resource is found by plural, singular, kind, short name, group and version") {
    const auto discovery = sample();
    for (const char* word : {"deployments", "deployment", "Deployment", "deploy", "deployments.apps", "deploy.apps", "deployments.v1.apps"}) {
        INFO(word);
        const auto found = discovery.resolve(word);
        REQUIRE(found.ok());
        CHECK(found->front().shown("web") == "deployment.apps/web");
    }
    CHECK(discovery.resolve("events")->front().gvr.group == "");
    CHECK(discovery.resolve("events.events.k8s.io")->front().gvr.group == "events.k8s.io");
}

TEST_CASE("categories and lists of resources give all of them in order") {
    const auto found = sample().resolve("all");
    REQUIRE(found.ok());
    CHECK(found->size() == 2);
    CHECK(sample().resolve("deploy,po")->front().kind == "Deployment");
    CHECK(sample().resolve("nothing").status().message() == "the server doesn't have a resource type \"nothing\"");
}
