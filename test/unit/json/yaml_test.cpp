#include "json/yaml.h"

#include <catch2/catch.hpp>

#include "json/parse.h"
#include "json/write.h"

using namespace skiff;

namespace {
std::string read(std::string_view text) {
    auto value = json::parse_yaml(text);
    return value.ok() ? json::write(*value) : value.status().message();
}
std::string yaml_of(std::string_view json_text) { return json::write_yaml(*json::parse(json_text)); }
}  // namespace

TEST_CASE("plain scalars mean what sigs.k8s.io/yaml takes them for") {
    CHECK(read("a: yes\nb: Off\nc: 010\nd: 0x1f\ne: 1_000\nf: 1e3\ng: ~\nh:\ni: 08\nj: +1\n") ==
          R"({"a":true,"b":false,"c":8,"d":31,"e":1000,"f":1000,"g":null,"h":null,"i":8,"j":1})");
    CHECK(read("a: 8080:80\nb: 2020-01-01\nc: '1'\nd: \"yes\"\ne: !!str 5\nf: 1.2.3\ng: 9223372036854775808\nh: -.5\ni: 100m\n") ==
          R"({"a":"8080:80","b":"2020-01-01","c":"1","d":"yes","e":"5","f":"1.2.3","g":9223372036854776000,"h":-0.5,"i":"100m"})");
    CHECK(read("1: a\ntrue: b\n") == R"({"1":"a","true":"b"})");
    CHECK(read("a: !!binary aGVsbG8=\n") == R"({"a":"hello"})");
    CHECK(read("") == "null");
    CHECK(read(std::string_view()) == "null");
    CHECK(read("a: |\n  x\n  y\nb: >-\n  p\n  q\n") == "{\"a\":\"x\\ny\\n\",\"b\":\"p q\"}");
}

TEST_CASE("documents are split and empty ones left out") {
    auto all = json::parse_yaml_all("---\n# nothing\n---\na: 1\n---\n---\nb: 2\n...\n");
    REQUIRE(all.ok());
    REQUIRE(all->size() == 2);
    CHECK((*all)[1]["b"].as_int() == 2);
}

TEST_CASE("JSON is YAML too, tabs included") { CHECK(read("{\n\t\"a\": [1, 2]\n}") == R"({"a":[1,2]})"); }

TEST_CASE("written YAML is kubectl's") {
    CHECK(yaml_of(R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"x","labels":{}},"spec":{"c":[{"n":"a","p":[1,2]},{"e":[]}],"x":null}})") ==
          "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}\n  name: x\nspec:\n  c:\n  - \"n\": a\n    p:\n    - 1\n    - 2\n  - e: []\n  x: null\n");
    CHECK(yaml_of(R"({"a10":1,"a2":2,"B":3,"_":4})") == "_: 4\nB: 3\na2: 2\na10: 1\n");
    CHECK(yaml_of(R"([[1,[2]],{"a":1}])") == "- - 1\n  - - 2\n- a: 1\n");
    CHECK(yaml_of("1.5") == "1.5\n");
    CHECK(yaml_of("{}") == "{}\n");
}

TEST_CASE("strings are quoted when they would read as something else") {
    auto shown = [](const std::string& text) {
        auto out = json::write_yaml(json::Value::object({{"a", text}}));
        return out.substr(3, out.size() - 4);
    };
    CHECK(shown("abc") == "abc");
    CHECK(shown("true") == "\"true\"");
    CHECK(shown("") == "\"\"");
    CHECK(shown("1") == "\"1\"");
    CHECK(shown("1e3") == "\"1e3\"");
    CHECK(shown("10:20") == "\"10:20\"");
    CHECK(shown("8080:80") == "8080:80");
    CHECK(shown("2020-01-02T03:04:05Z") == "\"2020-01-02T03:04:05Z\"");
    CHECK(shown("~") == "\"~\"");
    CHECK(shown("- a") == "'- a'");
    CHECK(shown("a: b") == "'a: b'");
    CHECK(shown("a #b") == "'a #b'");
    CHECK(shown("it's: x") == "'it''s: x'");
    CHECK(shown("*") == "'*'");
    CHECK(shown("-x") == "-x");
    CHECK(shown("tab\there") == "\"tab\\there\"");
    CHECK(shown("\xf0\x9f\x98\x80") == "\"\\U0001F600\"");
    CHECK(shown("\xc3\xa9") == "\xc3\xa9");
    CHECK(shown("x\ny\n") == "|\n  x\n  y");
    CHECK(shown("x\ny") == "|-\n  x\n  y");
    CHECK(shown(" x\ny\n\n") == "|2+\n   x\n  y\n");
    CHECK(shown("x \ny") == "\"x \\ny\"");
}

TEST_CASE("long text folds after column 80 and reads back") {
    std::string words;
    for (int i = 0; i < 60; ++i) words += "word" + std::to_string(i) + " ";
    words += "end";
    for (std::string text : {words, words + ": x", words + "\t", "say \"" + words}) {
        auto yaml = json::write_yaml(json::Value::object({{"a", text}}));
        size_t start = 0, longest = 0;
        for (size_t end; (end = yaml.find('\n', start)) != std::string::npos; start = end + 1) longest = std::max(longest, end - start);
        CHECK(longest < 95);
        CHECK((*json::parse_yaml(yaml))["a"].as_string() == text);
    }
}

TEST_CASE("any text survives writing and reading") {
    const char* pieces[] = {"a", " ", "\n", ":", "#", "'", "\"", "-", "\\", "1", "\t", "\xc3\xa9", "{", "yes", ",", "\x01", "?"};
    unsigned seed = 7;
    for (int i = 0; i < 3000; ++i) {
        std::string text;
        for (unsigned n = (seed >> 8) % 7; n-- > 0;) {
            seed = seed * 1103515245 + 12345;
            text += pieces[(seed >> 16) % 17];
        }
        seed = seed * 1103515245 + 12345;
        auto value = json::Value::object({{text, json::Value::array({text})}, {"z", text}});
        auto back = json::parse_yaml(json::write_yaml(value));
        INFO(json::write_yaml(value));
        REQUIRE(back.ok());
        REQUIRE(*back == value);
    }
}

TEST_CASE("separators of lines and paragraphs are breaks in YAML") {
    auto written = [](const char* text) { return json::write_yaml(json::Value::object({{"a", text}})); };
    CHECK(written("a\u2028b") == "a: 'a\u2028  b'\n");
    CHECK(written("a\u2029\u2028") == "a: 'a\u2029\u2028'\n");
    CHECK(written("a \u2028b") == "a: \"a \\Lb\"\n");
    CHECK(written("a\u2029 b") == "a: \"a\\P b\"\n");
    CHECK(written("\x01\u2028") == "a: \"\\x01\\L\"\n");
    CHECK(written("a\nb\u2028c") == "a: |-\n  a\n  b\u2028  c\n");
}
