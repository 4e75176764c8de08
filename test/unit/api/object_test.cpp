#include "api/object.h"

#include <catch2/catch.hpp>

#include "api/json_scan.h"
#include "json/parse.h"

using namespace skiff;
using namespace skiff::api;

namespace {

Result<ObjectPtr> object(std::string text) { return Object::from_bytes(std::make_shared<const std::string>(std::move(text))); }

constexpr char kPod[] = R"( {"kind":"Pod","apiVersion":"v1","metadata": {"name":"a","namespace":"n","uid":"u","resourceVersion":"17","generation":3,
    "creationTimestamp":"2024-01-01T00:00:00Z","labels":{"app":"x\"}y","b":""},"annotations":{"k":"{\"a\":[1]}"},
    "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"r","uid":"ru","controller":true}],"finalizers":["f1","f2"],
    "managedFields":[{"manager":"m","fieldsV1":{"f:a":{}}}]},"spec":{"text":"]}\\","list":[1,[2,{}]]},"status":null} )";

}  // namespace

TEST_CASE("an object's metadata is the same from text and from the tree") {
    auto pod = object(kPod).value();
    Meta tree = Meta::from(json::parse(kPod).value());
    const Meta& meta = pod->meta();
    CHECK(pod->kind() == "Pod");
    CHECK(pod->api_version() == "v1");
    CHECK(meta.key() == "n/a");
    CHECK(meta.resource_version == 17);
    CHECK(meta.generation == 3);
    CHECK(meta.label("app") == "x\"}y");
    CHECK(meta.labels == tree.labels);
    CHECK(meta.annotations == tree.annotations);
    CHECK(meta.finalizers == tree.finalizers);
    REQUIRE(meta.controller());
    CHECK(meta.controller()->uid == "ru");
    CHECK(meta.uid == tree.uid);
    CHECK(meta.creation_timestamp == tree.creation_timestamp);
}

TEST_CASE("the tree of an object is kept while somebody holds it") {
    auto pod = object(kPod).value();
    TreePtr tree = pod->tree();
    CHECK(tree == pod->tree());
    CHECK((*tree)["spec"]["list"][1].size() == 2);
}

TEST_CASE("text that is no object is refused") {
    for (const char* text : {"", "[]", "null", "{\"a\":1", "{\"a\"}", "{\"a\":1}x", "{\"a\":\"b}", "{a:1}", "{\"a\":}", "{\"a\":[1}"}) {
        INFO(text);
        CHECK_FALSE(object(text).ok());
    }
    CHECK(object("{}").ok());
}

TEST_CASE("scanning visits members and items in order") {
    std::string seen;
    CHECK(scan_members(R"({"a" : 1 , "b":[ "x" ], "c":{}})", [&](auto key, auto value) { seen += std::string(key) + "=" + std::string(value) + ";"; }));
    CHECK(seen == R"(a=1;b=[ "x" ];c={};)");
    seen.clear();
    CHECK(scan_items(R"([1, "a,b" ,{"x":[]}])", [&](auto value) { seen += std::string(value) + ";"; }));
    CHECK(seen == R"(1;"a,b";{"x":[]};)");
    CHECK(scan_string(R"("a\u0041\n")") == "aA\n");
}
