#include "json/parse.h"

#include <catch2/catch.hpp>

#include "json/write.h"

using namespace skiff;

namespace {
std::string round_trip(std::string_view text) {
    auto value = json::parse(text);
    return value.ok() ? json::write(*value) : value.status().message();
}
}  // namespace

TEST_CASE("a number that only infinity could hold is refused") {
    CHECK_FALSE(skiff::json::parse("[3e308]").ok());
    CHECK_FALSE(skiff::json::parse("1e999").ok());
    CHECK(skiff::json::parse("1.7e308").ok());
}

TEST_CASE("what is parsed is written back compactly and in order") {
    CHECK(round_trip(R"( { "b" : [1, -2, 3.5, true, null, "x"], "a" : {} } )") == R"({"b":[1,-2,3.5,true,null,"x"],"a":{}})");
    CHECK(round_trip("9223372036854775807") == "9223372036854775807");
    CHECK(round_trip("18446744073709551615") == "18446744073709552000");
    CHECK(round_trip("1e21") == "1e+21");
    CHECK(round_trip("1e20") == "100000000000000000000");
    CHECK(round_trip("0.0000001") == "1e-7");
    CHECK(round_trip("0.000001") == "0.000001");
    CHECK(round_trip("1.5e-9") == "1.5e-9");
    CHECK(round_trip("3.0") == "3");
}

TEST_CASE("text is escaped as Go does") {
    CHECK(round_trip(R"("<a href='x'>&\u2028")") == R"("\u003ca href='x'\u003e\u0026\u2028")");
    CHECK(round_trip("\"\\b\\f\\n\\r\\t\\u0001/\\/\\u00e9\"") == "\"\\b\\f\\n\\r\\t\\u0001//\xc3\xa9\"");
    CHECK(round_trip("\"a\xff\xc3(b\"") == "\"a\xef\xbf\xbd\xef\xbf\xbd(b\"");
    std::string out;
    json::append_quoted(out, "a\xff");
    CHECK(out == "\"a\\ufffd\"");
}

TEST_CASE("half of a surrogate pair is one replacement character") {
    CHECK(round_trip(R"({"a\ude00":"b\ud83d\ude00\ude00c"})") == "{\"a\xef\xbf\xbd\":\"b\xf0\x9f\x98\x80\xef\xbf\xbd" "c\"}");
    CHECK(round_trip(R"(["\ud83d","\ud7ff"])") == "[\"\xef\xbf\xbd\",\"\xed\x9f\xbf\"]");
}

TEST_CASE("syntax errors say what Go says, and where") {
    CHECK(round_trip("") == "unexpected end of JSON input");
    CHECK(round_trip("{\"a\":") == "unexpected end of JSON input");
    CHECK(round_trip("\"abc") == "unexpected end of JSON input");
    CHECK(round_trip("{a:1}") == "invalid character 'a' looking for beginning of object key string (offset 1)");
    CHECK(round_trip("{\"a\" 1}") == "invalid character '1' after object key (offset 5)");
    CHECK(round_trip("{\"a\":1 2}") == "invalid character '2' after object key:value pair (offset 7)");
    CHECK(round_trip("[1 2]") == "invalid character '2' after array element (offset 3)");
    CHECK(round_trip("{} x") == "invalid character 'x' after top-level value (offset 3)");
    CHECK(round_trip("x") == "invalid character 'x' looking for beginning of value (offset 0)");
    CHECK(round_trip(std::string_view("{}\0x", 4)) == "invalid character '\\x00' after top-level value (offset 2)");
    CHECK(round_trip("\"\\q\"") == "invalid character 'q' in string escape code (offset 2)");
}

TEST_CASE("nesting is bounded without recursion") {
    json::ParseOptions options;
    options.depth_max = 3;
    CHECK(json::parse("[[[]]]", options).ok());
    auto refused = json::parse("[[[[]]]]", options);
    REQUIRE(!refused.ok());
    CHECK(refused.status().reason() == Reason::BadRequest);
    CHECK(!json::parse(std::string(1'000'000, '[')).ok());
}

TEST_CASE("repeated members are reported with their path and the last one wins") {
    std::vector<std::string> duplicates;
    json::ParseOptions options;
    options.duplicates = &duplicates;
    auto value = json::parse(R"({"spec":{"replicas":1,"c":[{"n":1},{"n":1,"n":2}],"replicas":3},"kind":"a","kind":"b"})", options);
    REQUIRE(value.ok());
    CHECK(json::write(*value) == R"({"spec":{"replicas":3,"c":[{"n":1},{"n":2}]},"kind":"b"})");
    CHECK(duplicates == std::vector<std::string>{"spec.c[1].n", "spec.replicas", "kind"});

    std::string wide = "{";
    for (int i = 0; i < 30; ++i) wide += "\"k" + std::to_string(i % 29) + "\":" + std::to_string(i) + ",";
    wide.back() = '}';
    duplicates.clear();
    CHECK((*json::parse(wide, options))["k0"].as_int() == 29);
    CHECK(duplicates == std::vector<std::string>{"k0"});
}

TEST_CASE("pretty text has kubectl's shape") {
    CHECK(json::write_pretty(*json::parse(R"({"a":[1,{}],"b":{"c":[]}})")) ==
          "{\n    \"a\": [\n        1,\n        {}\n    ],\n    \"b\": {\n        \"c\": []\n    }\n}");
}

TEST_CASE("zeros with any exponent are zero, and what is too small becomes zero") {
    for (const char* text : {"0e99", "0e-99", "0.0e400000000", "1e-400", "-0", "0.000000000000000000000000000000000000000000000000e50"}) {
        CAPTURE(text);
        auto value = json::parse(text);
        if (value.ok()) CHECK(value->as_double() == 0);
        else CHECK(std::string_view(text) == "0.0e400000000");
    }
    CHECK(json::parse("9007199254740993.0")->as_double() == 9007199254740992.0);
    CHECK(json::parse("-9223372036854775808")->as_int() == INT64_MIN);
}
