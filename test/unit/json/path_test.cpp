#include "json/path.h"

#include <catch2/catch.hpp>

#include "json/parse.h"

using namespace skiff;

namespace {
const char* kList = R"({"kind":"List","items":[
  {"metadata":{"name":"a","labels":{"app.io/x":"1"}},"status":{"n":1,"ready":true},"c":[{"image":"i1"},{"image":"i2"}]},
  {"metadata":{"name":"b"},"status":{"n":2.5},"c":[{"image":"i3"}]}]})";

std::string print(std::string_view path, bool allow_missing = true) {
    auto compiled = json::JsonPath::parse(path);
    if (!compiled.ok()) return compiled.status().message();
    auto text = compiled->print(*json::parse(kList), allow_missing);
    return text.ok() ? *text : text.status().message();
}
}  // namespace

TEST_CASE("paths select fields, elements, slices, unions and everything below") {
    CHECK(print("{.kind}") == "List");
    CHECK(print("{$.items[0].metadata.name}") == "a");
    CHECK(print("{.items[*].metadata.name}") == "a b");
    CHECK(print("{.items[-1].metadata.name}") == "b");
    CHECK(print("{.items[0:2].status.n}") == "1 2.5");
    CHECK(print("{.items[0,1].metadata['name']}") == "a b");
    CHECK(print("{.items[0]['kind','metadata'].name}") == "a");
    CHECK(print("{..image}") == "i1 i2 i3");
    CHECK(print("{.items[0].metadata.labels.app\\.io/x}") == "1");
    CHECK(print("{.items[0].metadata.labels['app.io/x']}") == "1");
    CHECK(print("{.items[0].c}") == R"([{"image":"i1"},{"image":"i2"}])");
    CHECK(print("{.items[0].status.*}") == "1 true");
}

TEST_CASE("filters compare and test for presence") {
    CHECK(print(R"({.items[?(@.metadata.name=="b")].status.n})") == "2.5");
    CHECK(print(R"({.items[?(@.metadata.name!="b")].metadata.name})") == "a");
    CHECK(print("{.items[?(@.status.n>1)].metadata.name}") == "b");
    CHECK(print("{.items[?(@.status.n >= 1)].metadata.name}") == "a b");
    CHECK(print("{.items[?(@.status.ready)].metadata.name}") == "a");
    CHECK(print("{.items[?(@.status.ready==true)].metadata.name}") == "a");
    CHECK(print(R"({.items[?(@.c[0].image=='i3')].metadata.name})") == "b");
}

TEST_CASE("templates mix text, quoted text and ranges") {
    CHECK(print("name: {.kind}!") == "name: List!");
    CHECK(print(R"({range .items[*]}{.metadata.name}{"\t"}{.status.n}{"\n"}{end})") == "a\t1\nb\t2.5\n");
    CHECK(print(R"({range .items[*]}{range .c[*]}{.image},{end};{end})") == "i1,i2,;i3,;");
    CHECK(print("{range .items[*]}[{.metadata.name}] {end}") == "[a] [b] ");
}

TEST_CASE("what is missing is nothing, or an error when asked so") {
    CHECK(print("{.items[0].nope}") == "");
    CHECK(print("{.items[0].nope}", false) == "nope is not found");
    CHECK(print("{.items[7]}") == "array index out of bounds: index 7, length 2");
    CHECK(print("{.items") == "unclosed action");
    CHECK(print("{.items[}") == "unterminated array");
    CHECK(print("{end}") == "not in range, nothing to end");
    CHECK(print("{foo}") == "unrecognized identifier foo");
    CHECK(print("{.items[a]}") == "invalid array index a");
    CHECK(print("{.items[?(@.a==1}").find("un") == 0);
}

TEST_CASE("expressions of columns and of kubectl's relaxed form need no braces") {
    auto document = *json::parse(kList);
    for (const char* text : {".items[1].metadata.name", "items[1].metadata.name", "{.items[1].metadata.name}", "{items[1].metadata.name}"}) {
        auto values = json::JsonPath::parse_expression(text)->select(document);
        REQUIRE(values.ok());
        REQUIRE(values->size() == 1);
        CHECK((*values)[0].as_string() == "b");
    }
}

TEST_CASE("recursion cannot explode") {
    std::string path = "{";
    for (int i = 0; i < 60; ++i) path += ".. ";
    CHECK(print(path + "}").find("selects more than") != std::string::npos);
}

TEST_CASE("the first value is found within a number of steps") {
    auto all = json::JsonPath::parse_expression(".items..image");
    REQUIRE(all.ok());
    CHECK(all->first(*json::parse(kList), 1000).value() == json::Value("i1"));
    CHECK(all->first(*json::parse("{}"), 1000).value().is_null());
    CHECK_FALSE(all->first(*json::parse(kList), 3).ok());
}
