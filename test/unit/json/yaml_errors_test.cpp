// What is wrong with YAML, in the words and with the lines of sigs.k8s.io/yaml v1.6.0.
#include <catch2/catch.hpp>

#include "json/write.h"
#include "json/yaml.h"

using namespace skiff;

namespace {

std::string why(std::string_view text) {
    auto value = json::parse_yaml(text, {.first_document = true});
    if (value.ok()) return json::write(*value);
    const std::string& message = value.status().message();
    constexpr std::string_view kPrefix = "error converting YAML to JSON: ";
    return message.starts_with(kPrefix) ? message.substr(kPrefix.size()) : "without prefix: " + message;
}

std::string repeated(std::string_view text) {
    std::vector<std::string> lines;
    if (!json::parse_yaml(text, {.repeated = &lines, .first_document = true}).ok()) return "wrong";
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

}  // namespace

TEST_CASE("errors of the scanner name the line counted from 1, those of the parser from 0, and no line 0") {
    CHECK(why("a: b: c") == "yaml: mapping values are not allowed in this context");
    CHECK(why("x: 1\na: b: c") == "yaml: line 2: mapping values are not allowed in this context");
    CHECK(why("a: 1\nb: [1\n") == "yaml: line 2: did not find expected ',' or ']'");
    CHECK(why("a: 1\n- b") == "yaml: line 1: did not find expected key");
    CHECK(why("a:\n\t- b") == "yaml: line 2: found character that cannot start any token");
    CHECK(why("a: \"b") == "yaml: found unexpected end of stream");
    CHECK(why("a: \"b\nc") == "yaml: line 2: found unexpected end of stream");
    CHECK(why("a: @") == "yaml: found character that cannot start any token");
    CHECK(why("a\nb: c") == "yaml: line 2: mapping values are not allowed in this context");
    CHECK(why("a: 1\nbc\nd: 2") == "yaml: line 3: could not find expected ':'");
    CHECK(why("a: |x\n y") == "yaml: did not find expected comment or line break");
}

TEST_CASE("bytes that are no text are refused without a line") {
    CHECK(why("a: 1\nb: \xff") == "yaml: invalid leading UTF-8 octet");
    CHECK(why("a: \xc3\x28") == "yaml: invalid trailing UTF-8 octet");
    CHECK(why("a: \xc3") == "yaml: incomplete UTF-8 octet sequence");
    CHECK(why("a: \x01") == "yaml: control characters are not allowed");
    CHECK(why(std::string_view("a\0b", 3)) == "yaml: control characters are not allowed");
    CHECK(why("{\"a\":\"\x7f\"}") == "yaml: control characters are not allowed");
    CHECK(why("\xef\xbb\xbf" "a: 1") == R"({"a":1})");
    CHECK(why(std::string_view("\xff\xfe" "a\0:\0 \0001\0", 10)) == R"({"a":1})");
}

TEST_CASE("where libyaml reads more than its Go port, the port's answer is given") {
    CHECK(why("%YAML 1.2\n---\na: 1") == "yaml: found incompatible YAML document");
    CHECK(why("%YAML 1.1\n---\na: 1") == R"({"a":1})");
    CHECK(why("[a?]") == "yaml: did not find expected ',' or ']'");
    CHECK(why("x: 1\ny: {a: b?c}") == "yaml: line 1: did not find expected ',' or '}'");
    CHECK(why("a?: b?") == R"({"a?":"b?"})");
}

TEST_CASE("anchors and aliases") {
    CHECK(why("a: *x") == "yaml: unknown anchor 'x' referenced");
    CHECK(why("&a [*a]") == "yaml: anchor 'a' value contains itself");
    CHECK(why("a: &b {x: 1, z: 2}\nc: [*b]\n*b : 1") == R"(yaml: invalid map key: map[interface {}]interface {}{"x":1, "z":2})");
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 12; ++i) {
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 10; ++j) bomb += "*a" + std::to_string(i - 1) + ",";
        bomb += "]\n";
    }
    CHECK(why(bomb) == "yaml: document contains excessive aliasing");
    std::string chain = "a0: &a0 x\n";
    for (int i = 1; i < 5000; ++i) chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    CHECK(why(chain).find("exceeded max depth of 100") != std::string::npos);
}

TEST_CASE("<< brings members in where it stands: later ones win, of a list the first") {
    CHECK(why("base: &b {x: 1, z: 2}\nuse: {<<: *b, z: 3}\n") == R"({"base":{"x":1,"z":2},"use":{"x":1,"z":3}})");
    CHECK(why("base: &b {z: 2}\nuse: {z: 3, <<: *b}\n") == R"({"base":{"z":2},"use":{"z":2}})");
    CHECK(why("- &x {a: 1}\n- &y {a: 2, b: 3}\n- {<<: [*x, *y]}") == R"([{"a":1},{"a":2,"b":3},{"a":1,"b":3}])");
    CHECK(why("{<<: 1}") == "yaml: map merge requires map or sequence of maps as the value");
    CHECK(why("{'<<': 1}") == R"({"\u003c\u003c":1})");
}

TEST_CASE("tags") {
    CHECK(why("a: !!int x") == "yaml: cannot decode !!str `x` as a !!int");
    CHECK(why("a: !!int 1.5") == "yaml: cannot decode !!float `1.5` as a !!int");
    CHECK(why("a: !!int \"12\"\nb: !!float 1\nc: !!str 1\nd: !own 1\ne: ! 1") == R"({"a":12,"b":1,"c":"1","d":"1","e":"1"})");
    CHECK(why("a: !!timestamp x") == "yaml: cannot decode !!str `x` as a !!timestamp");
    CHECK(why("a: !!binary a") == "yaml: !!binary value contains invalid base64 data");
    CHECK(why("a: !x!y 1") == "yaml: found undefined tag handle");
}

TEST_CASE("what JSON cannot hold is told when nothing else is wrong, and not by the YAML parser") {
    CHECK(why("a: .inf") == "json: unsupported value: +Inf");
    CHECK(why("b: -.inf\na: [.nan]") == "json: unsupported value: NaN");
    CHECK(why("~: [1, b, 2.5, ~]") == R"(unsupported map key of type: %!s(<nil>), key: <nil>, value: []interface {}{1, "b", 2.5, interface {}(nil)})");
    CHECK(why("a: .inf\nb: !!int x") == "yaml: cannot decode !!str `x` as a !!int");
    CHECK(why("{[1, a]: 1}") == R"(yaml: invalid map key: []interface {}{1, "a"})");
    CHECK(why(".inf: 1\n3.141592653589793: 2\n1e6: 3") == R"({".inf":1,"3.1415927":2,"1e+06":3})");
}

TEST_CASE("repeated members are told with the line of the value") {
    CHECK(repeated("a: 1\na: 2\n") == "line 2: key \"a\" already set in map\n");
    CHECK(repeated("a: 1\na:\n  b: 2\n") == "line 3: key \"a\" already set in map\n");
    CHECK(repeated("1: a\n1: b\n'1': c\nyes: 1\ntrue: 2\n") == "line 2: key 1 already set in map\nline 5: key true already set in map\n");
    CHECK(repeated("x: &x {a: 1}\ny: {<<: *x, a: 2}\n") == "line 2: key \"a\" already set in map\n");
    CHECK(repeated("{\"a\": 1,\n\"a\": 2}") == "line 2: key \"a\" already set in map\n");
    CHECK(repeated("{\"a\": 1}").empty());
}
