#include "api/strategic_merge.h"

#include <catch2/catch.hpp>

#include "builtin.h"

using namespace skiff;
using namespace skiff::api;

namespace {

constexpr char kTemplate[] = R"({"template":{"spec":{"schedulerName":"none","containers":[
    {"name":"c","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"ports":[{"containerPort":80},{"containerPort":81,"name":"x"}],"args":["a"]},
    {"name":"d"}],"volumes":[{"name":"v","emptyDir":{}}],"securityContext":{"runAsUser":1},"tolerations":[{"key":"k"}]}},
    "metadata":{"finalizers":["a","b","c"]}})";

std::string patched(std::string_view patch, std::string_view pointer_into_spec) {
    auto target = tree(kTemplate);
    Status status = strategic_merge(*kind_of("v1", "PodTemplate").schema, target, tree(patch));
    if (!status.ok()) return status.message();
    return json::write(target["template"]["spec"][pointer_into_spec]);
}
std::string names(std::string_view patch) {
    auto target = tree(kTemplate);
    Status status = strategic_merge(*kind_of("v1", "PodTemplate").schema, target, tree(patch));
    if (!status.ok()) return status.message();
    std::string names;
    for (const auto& container : target["template"]["spec"]["containers"].items()) names += container["name"].as_string();
    return names;
}

}  // namespace

TEST_CASE("lists merge by their key and new elements come first") {
    CHECK(names(R"({"template":{"spec":{"containers":[{"name":"z","image":"new"}]}}})") == "zcd");
    CHECK(names(R"({"template":{"spec":{"containers":[{"name":"d","image":"new"}]}}})") == "cd");
    CHECK(names(R"({"template":{"spec":{"containers":[{"name":"c","$patch":"delete"}]}}})") == "d");
    CHECK(names(R"({"template":{"spec":{"containers":[{"$patch":"replace"},{"name":"n"}]}}})") == "n");
    CHECK(names(R"({"template":{"spec":{"$setElementOrder/containers":[{"name":"d"},{"name":"c"}]}}})") == "dc");
    CHECK(names(R"({"template":{"spec":{"containers":[{"image":"x"}]}}})") == "map: map[image:x] does not contain declared merge key: name");
}

TEST_CASE("nested lists merge in the order of the patch and the live list") {
    auto target = tree(kTemplate);
    REQUIRE(strategic_merge(*kind_of("v1", "PodTemplate").schema, target,
                            tree(R"({"template":{"spec":{"containers":[{"name":"c","args":null,"env":[{"name":"B","value":"9"},{"name":"C","value":"3"}],
                                 "ports":[{"containerPort":80,"name":"web"},{"containerPort":90}]}]}}})"))
                .ok());
    const auto& c = target["template"]["spec"]["containers"][0];
    CHECK(json::write(c["env"]) == R"([{"name":"A","value":"1"},{"name":"B","value":"9"},{"name":"C","value":"3"}])");
    CHECK(json::write(c["ports"]) == R"([{"containerPort":80,"name":"web"},{"containerPort":90},{"containerPort":81,"name":"x"}])");
    CHECK_FALSE(c.has("args"));
}

TEST_CASE("directives replace, delete and retain keys") {
    CHECK(patched(R"({"template":{"spec":{"securityContext":{"$patch":"replace","runAsUser":5}}}})", "securityContext") == R"({"runAsUser":5})");
    CHECK(patched(R"({"template":{"spec":{"securityContext":{"$patch":"delete"}}}})", "securityContext") == "{}");
    CHECK(patched(R"({"template":{"spec":{"securityContext":{"$patch":"bogus"}}}})", "x") == "unknown patch type: bogus in map: map[$patch:bogus]");
    CHECK(patched(R"({"template":{"spec":{"tolerations":[{"key":"n"}]}}})", "tolerations") == R"([{"key":"n"}])");
    CHECK(patched(R"({"template":{"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]}}})", "volumes") ==
          R"([{"name":"v","hostPath":{"path":"/x"}}])");
    CHECK(patched(R"({"template":{"spec":{"schedulerName":null}}})", "schedulerName") == "null");
}

TEST_CASE("lists of scalars lose the elements that the patch names") {
    auto target = tree(kTemplate);
    REQUIRE(strategic_merge(*kind_of("v1", "PodTemplate").schema, target, tree(R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["b","x"]}})")).ok());
    CHECK(json::write(target["metadata"]["finalizers"]) == R"(["a","c"])");
    REQUIRE(strategic_merge(*kind_of("v1", "PodTemplate").schema, target, tree(R"({"metadata":{"finalizers":["d"]}})")).ok());
    CHECK(target["metadata"]["finalizers"].size() == 3);
}

TEST_CASE("a new element keeps directives about lists as members that nobody knows") {
    CHECK(patched(R"({"template":{"spec":{"$setElementOrder/volumes":[{"name":"v"},{"name":"w"}],
        "volumes":[{"name":"w","$retainKeys":["name","emptyDir"],"emptyDir":{"medium":null}}]}}})", "volumes") ==
          R"([{"name":"v","emptyDir":{}},{"name":"w","$retainKeys":["name","emptyDir"],"emptyDir":{}}])");
}

TEST_CASE("lists of mixed types and directives that are no words are refused in Kubernetes' words") {
    auto target = tree(R"({"template":{"spec":{"containers":[{"name":"c"}]}}})");
    const TypeSchema& schema = *kind_of("v1", "PodTemplate").schema;
    CHECK(strategic_merge(schema, target, tree(R"({"template":{"spec":{"containers":["x"]}}})")).message() == "list element types are not identical: [[map[name:c]] [x]]");
    CHECK(strategic_merge(schema, target, tree(R"({"template":{"spec":{"nodeSelector":{"$patch":1.5}}}})")).ok());
    CHECK(strategic_merge(schema, target, tree(R"({"template":{"spec":{"containers":[{"name":"c","$patch":true}]}}})")).message() == "unknown patch type: %!s(bool=true) in map: map[$patch:true name:c]");
}

TEST_CASE("long lists are merged like short ones") {
    std::string live, patch;
    for (int i = 0; i < 100; ++i) live += fmt::format("{}{{\"name\":\"V{}\",\"value\":\"1\"}}", i ? "," : "", i);
    for (int i = 99; i >= 50; --i) patch += fmt::format("{}{{\"name\":\"V{}\",{}}}", i < 99 ? "," : "", i, i % 2 ? "\"$patch\":\"delete\"" : "\"value\":\"2\"");
    auto target = tree(R"({"template":{"spec":{"containers":[{"name":"c","env":[)" + live + "]}]}}}");
    Status status = strategic_merge(*kind_of("v1", "PodTemplate").schema, target, tree(R"({"template":{"spec":{"containers":[{"name":"c","env":[)" + patch + "]}]}}}"));
    REQUIRE(status.ok());
    const json::Value& env = target["template"]["spec"]["containers"][0]["env"];
    CHECK(env.size() == 75);
    size_t twos = 0;
    for (const auto& variable : env.items()) twos += variable["value"].as_string() == "2";
    CHECK(twos == 25);
}

TEST_CASE("no object has a thousand lists to order") {
    std::string orders;
    for (int i = 0; i <= 1000; ++i) orders += (i ? "," : "{") + std::string("\"$setElementOrder/x") + std::to_string(i) + "\":[]";
    auto target = tree(kTemplate);
    CHECK(strategic_merge(*kind_of("v1", "PodTemplate").schema, target, tree(orders + "}")).reason() == Reason::RequestEntityTooLarge);
}
