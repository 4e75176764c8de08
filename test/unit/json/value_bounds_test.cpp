#include "json/value_bounds.h"

#include <catch2/catch.hpp>

#include "json/yaml.h"

using namespace skiff;
using namespace skiff::json;

TEST_CASE("values of a JSON text are counted before it is parsed") {
    CHECK(count_values(R"({"a":[1,2,{"b":"x,[{\",,"}],"c":1})", 100) == 6);
    CHECK(count_values("[[[[[[", 3) == 4);
    CHECK(holds_more_values("[1,1,1,1,1,1]", 4));
    CHECK_FALSE(holds_more_values("[1,1]", 4));
}

TEST_CASE("YAML that is all brackets is refused before it is read") {
    for (const std::string& text : {std::string(300'000, '['), "a: [" + std::string(300'000, '{'), "[" + [] { std::string many; for (int i = 0; i < 100'000; ++i) many += "1,"; return many; }() + "]"}) {
        auto parsed = parse_yaml(text, {.nodes_max = 50'000});
        REQUIRE_FALSE(parsed.ok());
        CHECK(parsed.status().reason() == Reason::RequestEntityTooLarge);
    }
    std::string text = "csv: |\n";
    for (int i = 0; i < 100'000; ++i) text += "  1,2\n";
    CHECK(parse_yaml(text, {.nodes_max = 50'000}).ok());
}

TEST_CASE("YAML with very many anchors is refused") {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "k" + std::to_string(i) + ": &a" + std::to_string(i) + " v\n";
    CHECK_FALSE(parse_yaml(text).ok());
}
