#include <catch2/catch.hpp>

#include "api/kind.h"
#include "api/structural/prune.h"
#include "json/parse.h"
#include "json/write.h"

using namespace skiff;
using namespace skiff::api::structural;

namespace {

json::Value tree(const char* text) { return json::parse(text).value(); }

std::string pruned(const char* schema, const char* object, std::vector<std::string>* unknown = nullptr) {
    json::Value value = tree(object);
    prune(value, compile(tree(schema)), Root::Yes, unknown);
    return json::write(value);
}

std::string defaulted(const char* schema, const char* object) {
    json::Value value = tree(object);
    Schema compiled = compile(tree(schema));
    drop_nulls(value, compiled);
    set_defaults(value, compiled);
    return json::write(value);
}

}  // namespace

TEST_CASE("fields that a schema does not declare go and are told") {
    std::vector<std::string> unknown;
    CHECK(pruned(R"({"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"},"l":{"type":"array","items":{"type":"object","properties":{"x":{"type":"string"}}}}}}}})",
                 R"({"kind":"T","apiVersion":"g/v1","metadata":{"name":"n"},"spec":{"a":"1","b":2,"l":[{"x":"1","y":2}]},"other":1})",
                 &unknown) == R"({"kind":"T","apiVersion":"g/v1","metadata":{"name":"n"},"spec":{"a":"1","l":[{"x":"1"}]}})");
    CHECK(unknown == std::vector<std::string>{"other", "spec.b", "spec.l[0].y"});
}

TEST_CASE("x-kubernetes-preserve-unknown-fields keeps what is not declared and prunes below what is") {
    CHECK(pruned(R"({"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"k":{"type":"object","properties":{"z":{"type":"string"}}}}})", R"({"free":{"a":1},"k":{"z":"1","gone":2}})") ==
          R"({"free":{"a":1},"k":{"z":"1"}})");
}

TEST_CASE("values of a map are pruned by the schema of its values") {
    CHECK(pruned(R"({"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"string"}}}}}})", R"({"m":{"x":{"a":"1","b":"2"}}})") ==
          R"({"m":{"x":{"a":"1"}}})");
}

TEST_CASE("defaults come into objects, lists and maps that are there") {
    const char* schema = R"({"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string","default":"x"},
        "l":{"type":"array","items":{"type":"object","properties":{"n":{"type":"integer","default":3}}}}}}}})";
    CHECK(defaulted(schema, R"({"spec":{"l":[{},{"n":1}]}})") == R"({"spec":{"l":[{"n":3},{"n":1}],"a":"x"}})");
    CHECK(defaulted(schema, R"({})") == R"({})");
}

TEST_CASE("a null goes where it is not allowed, stays where it is, and gives way to a default") {
    const char* schema = R"({"type":"object","properties":{"a":{"type":"string","nullable":true},"b":{"type":"string"},"c":{"type":"string","default":"d"},"e":{"type":"string","nullable":true,"default":"f"}}})";
    CHECK(defaulted(schema, R"({"a":null,"b":null,"c":null,"e":null})") == R"({"a":null,"c":"d","e":null})");
}

TEST_CASE("metadata is read as ObjectMeta") {
    auto kinds = api::KindRegistry::builtin();
    const api::TypeSchema& meta = *kinds->schemas().find("meta.v1.ObjectMeta");
    json::Value object = tree(R"({"metadata":{"name":"a","unknown":1}})");
    api::StrictProblems problems;
    REQUIRE(coerce_metadata(object, meta, DropInvalid::No, &problems).ok());
    CHECK(problems == api::StrictProblems{"unknown field \"metadata.unknown\""});
    object = tree(R"({"metadata":{"name":"a","labels":{"x":1}}})");
    CHECK_FALSE(coerce_metadata(object, meta, DropInvalid::No, nullptr).ok());
    object = tree(R"({"metadata":{"name":"a","labels":{"x":1}}})");
    REQUIRE(coerce_metadata(object, meta, DropInvalid::Yes, nullptr).ok());
    CHECK(object["metadata"]["name"].as_string() == "a");
    CHECK_FALSE(object["metadata"].has("labels"));
}

TEST_CASE("defaults that would make a small object large do not fit") {
    const std::string text(100'000, 'x');
    const Schema schema = compile(tree((R"({"type":"array","items":{"type":"object","properties":{"a":{"type":"string","default":")" + text + R"("}}}})").c_str()));
    CHECK(defaults_fit(json::Value(json::Array(10, json::Value::object())), schema));
    CHECK_FALSE(defaults_fit(json::Value(json::Array(100, json::Value::object())), schema));
    CHECK(defaults_fit(json::Value(json::Array(100, json::Value::object({{"a", "y"}}))), schema));
}
