#include <catch2/catch.hpp>

#include "json/diff.h"
#include "json/json_patch.h"
#include "json/merge_patch.h"
#include "json/parse.h"
#include "json/path.h"
#include "json/write.h"

using namespace skiff;

namespace {
json::Value tree(std::string_view text) { return json::parse(text).value_or(json::Value("BAD JSON")); }

std::string patched(std::string_view document, std::string_view patch) {
    auto value = tree(document);
    auto status = json::json_patch(value, tree(patch));
    return status.ok() ? json::write(value) : status.message();
}
std::string merged(std::string_view document, std::string_view patch) {
    auto value = tree(document);
    json::merge_patch(value, tree(patch));
    return json::write(value);
}
}  // namespace

TEST_CASE("merge patches follow RFC 7386") {
    CHECK(merged(R"({"a":"b"})", R"({"a":"c"})") == R"({"a":"c"})");
    CHECK(merged(R"({"a":"b","b":"c"})", R"({"a":null})") == R"({"b":"c"})");
    CHECK(merged(R"({"a":["b"]})", R"({"a":"c"})") == R"({"a":"c"})");
    CHECK(merged(R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})") == R"({"a":{"b":"d"}})");
    CHECK(merged(R"(["a"])", R"({"a":{"bb":{"ccc":null}}})") == R"({"a":{"bb":{}}})");
    CHECK(merged(R"({"e":null})", R"({"a":1})") == R"({"e":null,"a":1})");
    CHECK(merged(R"({"a":1})", "3") == "3");
}

TEST_CASE("diff gives the merge patch between two values") {
    auto from = tree(R"({"a":1,"b":{"c":[1],"d":2},"e":5})");
    auto to = tree(R"({"a":1,"b":{"c":[1,2]},"f":{"x":1}})");
    auto patch = json::diff(from, to);
    CHECK(json::write(patch) == R"({"e":null,"b":{"d":null,"c":[1,2]},"f":{"x":1}})");
    json::merge_patch(from, patch);
    CHECK(from == to);
    CHECK(json::write(json::diff(to, to)) == "{}");
}

TEST_CASE("JSON patch operations follow RFC 6902") {
    CHECK(patched(R"({"a":[1,2]})", R"([{"op":"add","path":"/a/1","value":9},{"op":"add","path":"/a/-","value":3}])") == R"({"a":[1,9,2,3]})");
    CHECK(patched(R"({"a":1})", R"([{"op":"replace","path":"/a","value":{"b":2}},{"op":"add","path":"/a/c~1d","value":null}])") ==
          R"({"a":{"b":2,"c/d":null}})");
    CHECK(patched(R"({"a":{"b":1},"c":[1,2]})", R"([{"op":"remove","path":"/a/b"},{"op":"remove","path":"/c/0"}])") == R"({"a":{},"c":[2]})");
    CHECK(patched(R"({"a":{"b":1}})", R"([{"op":"move","from":"/a/b","path":"/x"},{"op":"copy","from":"/x","path":"/y"}])") == R"({"a":{},"x":1,"y":1})");
    CHECK(patched(R"({"a":1})", R"([{"op":"test","path":"/a","value":1.0},{"op":"test","path":"/b","value":null}])") == R"({"a":1})");
    CHECK(patched(R"({"a":1})", R"([{"op":"replace","path":"","value":[]}])") == "[]");
    CHECK(patched("{}", R"([{"op":"replace","path":"/a","value":1},{"op":"copy","from":"/x","path":"/b"}])") == R"({"a":1,"b":null})");
}

TEST_CASE("operations that do not apply say why in the library's words") {
    CHECK(patched(R"({"a":[]})", R"([{"op":"replace","path":"/a/0","value":1}])") == "replace operation does not apply: doc is missing key: /a/0: missing value");
    CHECK(patched("{}", R"([{"op":"add","path":"","value":1}])") == "add operation does not apply: doc is missing path: \"\": missing value");
    CHECK(patched("{}", R"([{"op":"move","from":"/a","path":"/b"}])") == "error in move for path: 'a': Unable to remove nonexistent key: a: missing value");
    CHECK(patched("{}", R"([{"op":"add","path":"/a/b","value":1}])") == "add operation does not apply: doc is missing path: \"/a/b\": missing value");
    CHECK(patched("{}", R"([{"op":"remove","path":"/a/b"}])") == "remove operation does not apply: doc is missing path: \"/a/b\": missing value");
    CHECK(patched("{}", R"([{"op":"remove","path":"/a"}])")== "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value");
    CHECK(patched(R"({"a":1})", R"([{"op":"test","path":"/a","value":2}])") == "testing value /a failed: test failed");
    CHECK(patched("{}", R"([{"op":"jump","path":"/a"}])") == "Unexpected kind: jump");
    CHECK(patched(R"({"a":[]})", R"([{"op":"add","path":"/a/5","value":1}])").find("invalid index referenced") != std::string::npos);
    CHECK(patched(R"({"a":{"b":1}})", R"([{"op":"move","from":"/a","path":"/a/b"}])").find("does not apply") != std::string::npos);
    CHECK(patched("{}", R"({"op":"add"})").find("cannot unmarshal object") != std::string::npos);
}

TEST_CASE("a JSON patch is bounded in operations and in what it copies") {
    json::Value many = json::Value::array();
    for (int i = 0; i < 10'001; ++i) many.push_back(tree(R"({"op":"test","path":"/x","value":null})"));
    auto document = tree("{}");
    auto status = json::json_patch(document, many);
    CHECK(status.reason() == Reason::RequestEntityTooLarge);
    CHECK(status.message() == "The allowed maximum operations in a JSON patch is 10000, got 10001");

    document = tree(R"({"a":["0123456789"]})");
    json::Value doubling = json::Value::array();
    for (int i = 0; i < 40; ++i) doubling.push_back(tree(R"({"op":"copy","from":"/a","path":"/a/-"})"));
    CHECK(json::json_patch(document, doubling).reason() == Reason::RequestEntityTooLarge);
}

TEST_CASE("a JSON pointer leads to a value") {
    auto document = tree(R"({"a/b":[{"c~":1}]})");
    auto tokens = json::parse_pointer("/a~1b/0/c~0");
    REQUIRE(tokens.ok());
    CHECK(json::find_pointer(document, *tokens)->as_int() == 1);
    CHECK(json::pointer_escape("a/~b") == "a~1~0b");
    CHECK(!json::parse_pointer("a").ok());
}

TEST_CASE("copies of a JSON patch are bounded by their values too") {
    auto object = tree(R"({"d":{"a":{"b":"x"}}})");
    json::Value patch = json::Value::array({});
    for (int i = 0; i < 30; ++i) patch.push_back(json::Value::object({{"op", "copy"}, {"from", "/d"}, {"path", "/d/" + std::to_string(i)}}));
    CHECK(json::json_patch(object, patch).reason() == Reason::RequestEntityTooLarge);
}

TEST_CASE("replace adds members but no items") {
    auto object = tree(R"({"a":{},"l":[1]})");
    CHECK(json::json_patch(object, tree(R"([{"op":"replace","path":"/a/b","value":1}])")).ok());
    CHECK(object["a"]["b"].as_int() == 1);
    CHECK_FALSE(json::json_patch(object, tree(R"([{"op":"replace","path":"/l/1","value":1}])")).ok());
}

TEST_CASE("merge patches of many members keep places, take out what goes and add the rest in order") {
    std::string document = "{", patch = "{", wanted = "{";
    for (int i = 0; i < 100; ++i) document += fmt::format("{}\"k{}\":{}", i ? "," : "", i, i);
    for (int i = 50; i < 150; ++i) patch += fmt::format("{}\"k{}\":{}", i > 50 ? "," : "", i, i % 3 == 0 ? "null" : fmt::format("{{\"n\":{}}}", i));
    bool first = true;
    for (int i = 0; i < 150; ++i) {
        if (i >= 50 && i % 3 == 0) continue;
        wanted += fmt::format("{}\"k{}\":{}", first ? "" : ",", i, i < 50 ? std::to_string(i) : fmt::format("{{\"n\":{}}}", i));
        first = false;
    }
    CHECK(merged(document + "}", patch + "}") == wanted + "}");
}

TEST_CASE("large objects are equal whatever the order of their members") {
    json::Value a = json::Value::object(), b = json::Value::object();
    for (int i = 0; i < 100; ++i) a.set(fmt::format("k{}", i), i);
    for (int i = 99; i >= 0; --i) b.set(fmt::format("k{}", i), i);
    CHECK(a == b);
    b.set("k7", 8);
    CHECK_FALSE(a == b);
}

TEST_CASE("a JSON patch that shifts a long list again and again is refused") {
    json::Value document = json::Value::object({{"a", json::Value(json::Array(20'000, json::Value("x")))}});
    const json::Value one = json::Value::object({{"op", "add"}, {"path", "/a/0"}, {"value", "y"}});
    Status status = json::json_patch(document, json::Value(json::Array(9'000, one)));
    CHECK(status.reason() == Reason::RequestEntityTooLarge);
}
