#include "api/apply.h"

#include <catch2/catch.hpp>

#include "api/decode.h"
#include "api/defaulting.h"
#include "builtin.h"

using namespace skiff;
using namespace skiff::api;

namespace {

// One object and what happens to it, as the API server would do it.
class Replay {
public:
    Replay(std::string_view api_version, std::string_view kind) : kind_(kind_of(api_version, kind)) {}

    std::string apply(std::string_view manager, std::string_view configuration, bool force = false) {
        auto config = tree(configuration);
        config.set("apiVersion", kind_.gvk.api_version());
        config.set("kind", kind_.gvk.kind);
        auto result = apply_configuration(builtin(), kind_, object_.is_null() ? nullptr : &object_, config, {std::string(manager), "", now_}, {force});
        if (!result.ok()) return result.status().message();
        object_ = std::move(result).value();
        set_defaults(kind_, object_);
        object_.mut("metadata").set("uid", "u");
        return "";
    }
    void update(std::string_view manager, std::string_view text, std::string subresource = "") {
        auto next = decode_json(kind_.gvk, *kind_.schema, text).value();
        track_update(builtin(), kind_, object_.is_null() ? nullptr : &object_, next, {std::string(manager), std::move(subresource), now_});
        object_ = std::move(next);
        object_.mut("metadata").set("uid", "u");
    }
    void pass(int seconds) { now_ += std::chrono::seconds(seconds); }
    const json::Value& object() const { return object_; }
    json::Value& object() { return object_; }
    std::string owners() const {
        std::string out;
        for (const auto& entry : object_["metadata"]["managedFields"].items())
            out += (out.empty() ? "" : " ") + entry["manager"].as_string() + ":" + entry["operation"].as_string() + ":" + json::write(entry["fieldsV1"]);
        return out;
    }

private:
    const KindInfo& kind_;
    json::Value object_;
    WallTime now_{std::chrono::seconds(1'700'000'000)};
};

}  // namespace

TEST_CASE("an apply records what its manager set") {
    Replay map("v1", "ConfigMap");
    CHECK(map.apply("m1", R"({"metadata":{"name":"a","labels":{"x":"y"}},"data":{"a":"1"}})").empty());
    CHECK(map.owners() == R"(m1:Apply:{"f:data":{"f:a":{}},"f:metadata":{"f:labels":{"f:x":{}}}})");
    std::string before = json::write(map.object());
    map.pass(5);
    CHECK(map.apply("m1", R"({"metadata":{"name":"a","labels":{"x":"y"}},"data":{"a":"1"}})").empty());
    CHECK(json::write(map.object()["metadata"]["managedFields"]) == json::write(tree(before)["metadata"]["managedFields"]));
}

TEST_CASE("fields that are left out go, unless somebody else owns them") {
    Replay map("v1", "ConfigMap");
    map.apply("m1", R"({"metadata":{"name":"a"},"data":{"a":"1","b":"2"}})");
    map.apply("m2", R"({"metadata":{"name":"a"},"data":{"b":"2"}})");
    CHECK(map.apply("m1", R"({"metadata":{"name":"a"},"data":{"a":"1"}})").empty());
    CHECK(json::write(map.object()["data"]) == R"({"a":"1","b":"2"})");
    CHECK(map.apply("m2", R"({"metadata":{"name":"a"}})").empty());
    CHECK(json::write(map.object()["data"]) == R"({"a":"1"})");
    CHECK(map.owners() == R"(m1:Apply:{"f:data":{"f:a":{}}})");
}

TEST_CASE("a manager without time applied what was there already") {
    Replay map("v1", "ConfigMap");
    map.apply("m1", R"({"metadata":{"name":"a"},"data":{"a":"1"}})");
    map.apply("m2", R"({"metadata":{"name":"a"},"data":{"a":"1"}})");
    CHECK(map.owners() == R"(m2:Apply:{"f:data":{"f:a":{}}} m1:Apply:{"f:data":{"f:a":{}}})");
    CHECK_FALSE(map.object()["metadata"]["managedFields"][0].has("time"));
}

TEST_CASE("conflicts name the manager and the path") {
    Replay map("v1", "ConfigMap");
    map.apply("m1", R"({"metadata":{"name":"a"},"data":{"a":"1"}})");
    map.update("m2", R"({"metadata":{"name":"a"},"data":{"a":"2"}})");
    CHECK(map.owners() == R"(m2:Update:{"f:data":{"f:a":{}}})");
    CHECK(map.apply("m1", R"({"metadata":{"name":"a"},"data":{"a":"3"}})") ==
          R"(Apply failed with 1 conflict: conflict with "m2" using v1: .data.a)");
    CHECK(map.apply("m1", R"({"metadata":{"name":"a"},"data":{"a":"3"}})", true).empty());
    CHECK(map.owners() == R"(m1:Apply:{"f:data":{"f:a":{}}})");

    Replay pods("v1", "PodTemplate");
    pods.apply("m1", R"({"metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}})");
    CHECK(pods.apply("m2", R"({"metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"c","image":"j"}]}}})") ==
          R"(Apply failed with 1 conflict: conflict with "m1": .template.spec.containers[name="c"].image)");
    Replay service("v1", "Service");
    service.apply("m1", R"({"metadata":{"name":"a"},"spec":{"selector":{"a":"1"},"ports":[{"port":80}]}})");
    CHECK(service.apply("m2", R"({"metadata":{"name":"a"},"spec":{"selector":{"b":"1"}}})") ==
          R"(Apply failed with 1 conflict: conflict with "m1": .spec.selector)");
}

TEST_CASE("associative lists merge by key in the applied order") {
    Replay pods("v1", "PodTemplate");
    pods.apply("m1", R"({"metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"c","image":"i"},{"name":"d","image":"i"}]}}})");
    CHECK(pods.apply("m1", R"({"metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"d","image":"i"},{"name":"e","image":"i"},{"name":"c","image":"i"}]}}})").empty());
    const auto& containers = pods.object()["template"]["spec"]["containers"];
    CHECK((containers[0]["name"].as_string() + containers[1]["name"].as_string() + containers[2]["name"].as_string()) == "dec");
    CHECK(pods.apply("m1", R"({"metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"d","image":"i"}]}}})").empty());
    CHECK(pods.object()["template"]["spec"]["containers"].size() == 1);
    CHECK(pods.owners() ==
          R"(m1:Apply:{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"d\"}":{".":{},"f:image":{},"f:name":{}}}}}})");
}

TEST_CASE("finalizers are a set") {
    Replay map("v1", "ConfigMap");
    map.apply("m1", R"({"metadata":{"name":"a","finalizers":["x.y/a"]}})");
    map.apply("m2", R"({"metadata":{"name":"a","finalizers":["x.y/b"]}})");
    CHECK(map.owners() == R"(m1:Apply:{"f:metadata":{"f:finalizers":{"v:\"x.y/a\"":{}}}} m2:Apply:{"f:metadata":{"f:finalizers":{"v:\"x.y/b\"":{}}}})");
    map.apply("m1", R"({"metadata":{"name":"a"}})");
    CHECK(json::write(map.object()["metadata"]["finalizers"]) == R"(["x.y/b"])");
}

TEST_CASE("configurations that the schema refuses") {
    Replay map("v1", "ConfigMap");
    CHECK(map.apply("m1", R"({"metadata":{"name":"a"},"foo":1})") ==
          "failed to create typed patch object (/a; /v1, Kind=ConfigMap): .foo: field not declared in schema");
    CHECK(map.apply("m1", R"({"metadata":{"name":"a"},"data":{"a":1}})") ==
          "failed to create typed patch object (/a; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:1}");
    CHECK(map.apply("m1", R"({"metadata":{"name":"a"},"data":["x"]})") ==
          "failed to create typed patch object (/a; /v1, Kind=ConfigMap): .data: expected map, got &{[x]}");
    CHECK(map.apply("m1", R"({"metadata":{"name":"a","managedFields":[{"manager":"x"}]}})") == "metadata.managedFields must be nil");
}

TEST_CASE("a create owns what it set, with the markers of maps and elements") {
    Replay deployment("apps/v1", "Deployment");
    deployment.update("kubectl-create", R"({"metadata":{"name":"a","labels":{"app":"a"}},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"a"}},
        "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}},
        "template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})");
    CHECK(deployment.owners() ==
          R"(kubectl-create:Update:{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:replicas":{},"f:selector":{},)"
          R"("f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{}},"f:type":{}},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},)"
          R"("f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:resources":{}}}}}}})");
}

TEST_CASE("managers can be forgotten and come back as before-first-apply") {
    Replay map("v1", "ConfigMap");
    map.apply("m1", R"({"metadata":{"name":"a"},"data":{"a":"1"}})");
    map.update("m1", R"({"metadata":{"name":"a","managedFields":[{}]},"data":{"a":"1"}})");
    CHECK(map.owners().empty());
    CHECK(map.apply("m2", R"({"metadata":{"name":"a"},"data":{"a":"1"}})").empty());
    CHECK(map.owners() == R"(m2:Apply:{"f:data":{"f:a":{}}} before-first-apply:Update:{"f:data":{".":{},"f:a":{}}})");
}

TEST_CASE("a write that changes nothing keeps the times") {
    Replay map("v1", "ConfigMap");
    map.update("m1", R"({"metadata":{"name":"a"},"data":{"a":"1"}})");
    std::string before = json::write(map.object()["metadata"]["managedFields"]);
    map.pass(60);
    map.update("m1", R"({"metadata":{"name":"a","uid":"u"},"data":{"a":"1"}})");
    CHECK(json::write(map.object()["metadata"]["managedFields"]) == before);
}

TEST_CASE("an element that cannot be named leaves all managers as they were") {
    Replay account("v1", "ServiceAccount");
    account.update("m1", R"({"metadata":{"name":"a"},"secrets":[{}]})");
    CHECK(account.owners().empty());
    Replay named("v1", "ServiceAccount");
    named.update("m1", R"({"metadata":{"name":"a"},"secrets":[{"name":"b"}]})");
    const std::string owners = named.owners();
    CHECK(owners.starts_with("m1:Update:"));
    named.update("m2", R"({"metadata":{"name":"a"},"secrets":[{"namespace":"x"}],"imagePullSecrets":[{"name":"p"}]})");
    CHECK(named.object()["metadata"]["managedFields"].size() == 1);
}

TEST_CASE("an empty list is owned where none would be null, and is not stored") {
    Replay role("rbac.authorization.k8s.io/v1", "ClusterRole");
    role.update("m1", R"({"metadata":{"name":"a"},"rules":[]})");
    CHECK(role.owners() == R"(m1:Update:{"f:rules":{}})");
    drop_empty_lists(kind_of("rbac.authorization.k8s.io/v1", "ClusterRole"), role.object());
    CHECK(role.object()["rules"].is_null());
    Replay none("rbac.authorization.k8s.io/v1", "ClusterRole");
    none.update("m1", R"({"metadata":{"name":"a"}})");
    CHECK(none.owners().empty());
    Replay account("v1", "ServiceAccount");   // these are left out when there are none
    account.update("m1", R"({"metadata":{"name":"a"},"secrets":[]})");
    CHECK(account.owners().empty());
}
