#include "server/apiserver/aggregation/merge.h"

#include <catch2/catch.hpp>

#include "json/parse.h"
#include "server/apiserver/aggregation/api_services.h"

using namespace skiff;
using namespace skiff::apiserver;

TEST_CASE("a foreign group's subresources stand below their resource") {
    ForeignVersion foreign;
    foreign.version = {"wardle.example.com", "v1"};
    foreign.current = true;
    foreign.resources = json::parse(R"({"kind":"APIResourceList","resources":[{"name":"flunders","singularName":"flunder","namespaced":true,"kind":"Flunder","verbs":["get"]},
        {"name":"flunders/status","singularName":"","namespaced":true,"kind":"Flunder","verbs":["update"]}]})").value();
    json::Value list = json::Value::object({{"items", json::Value::array()}});
    add_foreign_discovery({foreign}, list);
    REQUIRE(list["items"].size() == 1);
    const json::Value& resource = list["items"][0]["versions"][0]["resources"][0];
    CHECK(resource["resource"].as_string() == "flunders");
    CHECK(resource["scope"].as_string() == "Namespaced");
    CHECK(resource["subresources"][0]["subresource"].as_string() == "status");
    json::Value groups = json::Value::object({{"groups", json::Value::array()}});
    add_foreign_groups({foreign}, groups);
    CHECK(groups["groups"][0]["preferredVersion"]["groupVersion"].as_string() == "wardle.example.com/v1");
}

TEST_CASE("our own groups have Kubernetes' priorities") {
    CHECK(priority_of({"apps", "v1"}, false).group == 17800);
    CHECK(priority_of({"example.com", "v1"}, true).group == 1000);
    CHECK(api_service_name({"", "v1"}) == "v1.");
    CHECK_FALSE(local_api_service({"", "v1"}, false)["spec"].has("group"));
}
