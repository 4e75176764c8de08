#include <catch2/catch.hpp>

#include "json/yaml.h"

using namespace skiff;

namespace {

std::string times(int count, std::string_view text) {
    std::string many;
    for (int i = 0; i < count; ++i) many += text;
    return many;
}

Status refused(const std::string& text) { return json::parse_yaml(text, {.nodes_max = 50'000}).status(); }

}  // namespace

TEST_CASE("YAML with too many values is too large") {
    for (const std::string& text : {"[" + times(100'000, "1,") + "]", times(100'000, "- a\n"), times(30'000, "- !!str a\n"), times(30'000, "- &x a\n"), "- &x " + std::string(1 << 20, 'x') + times(5, "\n- *x")})
        CHECK(refused(text).reason() == Reason::RequestEntityTooLarge);
    CHECK(json::parse_yaml("csv: |\n" + times(100'000, "  1,2\n"), {.nodes_max = 50'000}).ok());
}

TEST_CASE("a long prefix of a tag costs each time it is used") {
    CHECK(refused("%TAG ! tag:" + std::string(1 << 20, 'x') + "\n---\n" + times(30'000, "- !a b\n")).reason() == Reason::RequestEntityTooLarge);
}

TEST_CASE("YAML that is nested too deep is refused where it is") {
    for (const std::string& text : {std::string(300'000, '['), times(100'000, "[\n"), "a: [" + std::string(300'000, '{'), times(300'000, "- "), times(100'000, "? ")})
        CHECK(refused(text).message().find("exceeded max depth of 100") != std::string::npos);
}

TEST_CASE("what libyaml would take long for is refused unread") {
    CHECK(refused(times(101, "%TAG !a! b\n")).message() == "error converting YAML to JSON: yaml: too many directives");
    CHECK(refused("a: \"" + std::string(1'000'000, ' ') + times(200'000, "x ") + "\"").message() == "error converting YAML to JSON: yaml: too much white space");
    CHECK(json::parse_yaml("a: \"" + std::string(1'000'000, ' ') + "x\"").ok());
    CHECK(json::parse_yaml("a: |\n" + times(20'000, "  some words of text" + std::string(60, ' ') + "and more\n")).ok());
}
