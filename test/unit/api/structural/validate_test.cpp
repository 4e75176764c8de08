#include <catch2/catch.hpp>

#include "api/structural/check.h"
#include "api/structural/formats.h"
#include "api/structural/validate.h"
#include "json/parse.h"

using namespace skiff;
using namespace skiff::api::structural;

namespace {

json::Value tree(const char* text) { return json::parse(text).value(); }

std::vector<std::string> findings(const char* schema, const char* object, const char* old = nullptr) {
    api::FieldErrors errors;
    json::Value before = old ? tree(old) : json::Value();
    Schema compiled = compile(tree(schema));
    json::Value value = tree(object);
    validate(value, old ? &before : nullptr, compiled, api::FieldPath(), errors);
    validate_lists(value, compiled, api::FieldPath(), errors);
    std::vector<std::string> out;
    for (const Cause& cause : errors.causes()) out.push_back(cause.field + ": " + cause.message);
    return out;
}

std::vector<std::string> schema_findings(const char* schema) {
    api::FieldErrors errors;
    check_schema(tree(schema), StatusSubresource::No, api::FieldPath("s"), errors);
    std::vector<std::string> out;
    for (const Cause& cause : errors.causes()) out.push_back(cause.field + ": " + cause.message);
    return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a value of another type is told with both types") {
    CHECK(findings(R"({"type":"object","properties":{"i":{"type":"integer"}}})", R"({"i":"x"})") ==
          Texts{R"(i: Invalid value: "string": i in body must be of type integer: "string")"});
    CHECK(findings(R"({"type":"object","properties":{"i":{"type":"integer"}}})", R"({"i":3.0})").empty());
    CHECK(findings(R"({"type":"object","properties":{"c":{"x-kubernetes-int-or-string":true}}})", R"({"c":true})") ==
          Texts{R"(c: Invalid value: "boolean": c in body must be of type integer,string: "boolean")"});
}

TEST_CASE("keywords of strings, numbers, lists and objects have Kubernetes' messages") {
    CHECK(findings(R"({"type":"object","properties":{"a":{"type":"string","pattern":"^x+$"},"b":{"type":"string","maxLength":2}}})", R"({"a":"y","b":"abc"})") ==
          Texts{R"(a: Invalid value: "y": a in body should match '^x+$')", "b: Too long: may not be more than 2 bytes"});
    CHECK(findings(R"({"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":5,"multipleOf":2}}})", R"({"n":7})") ==
          Texts{"n: Invalid value: 7: n in body should be a multiple of 2", "n: Invalid value: 7: n in body should be less than or equal to 5"});
    CHECK(findings(R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"},"l":{"type":"array","maxItems":1,"items":{"type":"string"}}}})", R"({"l":["1","2"]})") ==
          Texts{"l: Too many: 2: must have at most 1 item", "a: Required value"});
    CHECK(findings(R"({"type":"object","properties":{"e":{"type":"string","enum":["a","b"]}}})", R"({"e":"c"})") == Texts{R"(e: Unsupported value: "c": supported values: "a", "b")"});
}

TEST_CASE("alternatives name the schema that fits best") {
    auto found = findings(R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"oneOf":[{"required":["a"]},{"required":["b"]}]})", R"({})");
    REQUIRE(found.size() == 2);
    CHECK(found[0] == R"(<nil>: Invalid value: "": "" must validate one and only one schema (oneOf). Found none valid)");
    CHECK(findings(R"({"type":"object","not":{"required":["a"]}})", R"({"a":1})").size() == 1);
    CHECK(findings(R"({"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]})", R"({"b":1})").empty());
}

TEST_CASE("what was wrong before and has not changed is left alone") {
    const char* schema = R"({"type":"object","properties":{"a":{"type":"string","maxLength":1},"b":{"type":"string","maxLength":1}}})";
    CHECK(findings(schema, R"({"a":"long","b":"x"})", R"({"a":"long"})").empty());
    CHECK(findings(schema, R"({"a":"longer"})", R"({"a":"long"})").size() == 1);
}

TEST_CASE("elements of sets and maps are different") {
    CHECK(findings(R"({"type":"object","properties":{"s":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}})", R"({"s":["a","b","a"]})") == Texts{R"(s[2]: Duplicate value: "a")"});
    CHECK(findings(R"({"type":"object","properties":{"m":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}}}})",
                   R"({"m":[{"k":"1"},{"k":"1"}]})") == Texts{R"(m[1]: Duplicate value: {"k":"1"})"});
}

TEST_CASE("formats are those of Kubernetes") {
    CHECK(has_format("ipv4", "10.0.0.1"));
    CHECK_FALSE(has_format("ipv4", "1.2.3"));
    CHECK(has_format("date-time", "2026-01-02T03:04:05Z"));
    CHECK(has_format("uuid", "0d96ee37-590e-4d6b-b529-6a5c28b46f9f"));
    CHECK_FALSE(has_format("uri", ":"));
    CHECK(has_format("duration", "22 ns"));
    CHECK_FALSE(is_known_format("int32"));
}

TEST_CASE("a schema must be structural") {
    CHECK(schema_findings(R"({"type":"object","properties":{"a":{}}})") == Texts{"s.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields"});
    CHECK(schema_findings(R"({"type":"object","properties":{"a":{"type":"array"}}})") == Texts{"s.openAPIV3Schema.properties[a].items: Required value: must be specified"});
    CHECK(schema_findings(R"({"type":"object","anyOf":[{"properties":{"a":{"type":"string"}}}]})") ==
          Texts{"s.openAPIV3Schema.anyOf[0].properties[a].type: Forbidden: must be empty to be structural",
                "s.openAPIV3Schema.properties[a]: Required value: because it is defined in s.openAPIV3Schema.anyOf[0].properties[a]"});
}

TEST_CASE("a default must be valid itself") {
    CHECK(schema_findings(R"({"type":"object","properties":{"n":{"type":"integer","default":"x"}}})") ==
          Texts{R"(s.openAPIV3Schema.properties[n].default: Invalid value: "string":  in body must be of type integer: "string")"});
}

TEST_CASE("alternatives are tried a bounded number of times") {
    std::string any, items;
    for (int i = 0; i < 500; ++i) any += fmt::format("{}{{\"enum\":[\"x{}\"]}}", i ? "," : "", i);
    for (int i = 0; i < 1000; ++i) items += i ? ",\"x499\"" : "\"x499\"";
    const Texts told = findings(fmt::format(R"({{"type":"array","items":{{"type":"string","anyOf":[{}]}}}})", any).c_str(), fmt::format("[{}]", items).c_str());
    REQUIRE(told.size() == 1);
    CHECK(told[0].find("Forbidden: validation takes more than") != std::string::npos);
}

TEST_CASE("an enum has texts and other values") {
    const char* schema = R"({"type":"array","items":{"x-kubernetes-int-or-string":true,"enum":["b",1,"a"]}})";
    CHECK(findings(schema, R"(["a","b",1,1.0])").empty());
    CHECK(findings(schema, R"(["c"])").size() == 1);
    CHECK(findings(schema, "[2]").size() == 1);
}
