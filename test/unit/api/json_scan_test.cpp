#include "api/json_scan.h"

#include <catch2/catch.hpp>

using namespace skiff::api;

TEST_CASE("a value ends where its bracket closes, wherever in a block of bytes quotes, backslashes and brackets fall") {
    const std::string inner[] = {R"("]}[{")", R"("\"]")", R"("\\")", R"("\\\"}")", R"(["}",{"]":[]}])", R"({"k:{\"a\":\"b\\\\\"}":{}})", "[[[[[]]]]]", "{}", "7"};
    for (size_t pad = 0; pad < 140; ++pad)
        for (const auto& one : inner)
            for (const auto& other : inner) {
                const std::string value = "[\"" + std::string(pad, 'x') + "\"," + one + "," + other + "]";
                REQUIRE(skip_value(value + ",[]" + std::string(130, ' '), 0) == value.size());
                REQUIRE(skip_value(value, 0) == value.size());
                REQUIRE(skip_value(value.substr(0, value.size() - 1), 0) == std::string::npos);
            }
}

TEST_CASE("long runs of backslashes escape in pairs across blocks") {
    for (size_t pad = 0; pad < 70; ++pad)
        for (size_t run = 0; run < 140; ++run) {
            const std::string open = "[\"" + std::string(pad, ' ') + std::string(run, '\\') + "\"";
            // After an odd number the quote belongs to the string, which then goes on to the next one.
            const std::string whole = open + (run % 2 == 0 ? "" : "]\"") + "]";
            REQUIRE(skip_value(whole + std::string(64, ']'), 0) == whole.size());
        }
}

TEST_CASE("a container that does not close is none, however deep") {
    CHECK(skip_value(std::string(1000, '['), 0) == std::string::npos);
    CHECK(skip_value(std::string(1000, '{') + std::string(1000, '}'), 0) == 2000);
    CHECK(skip_value("[" + std::string(200, '"'), 0) == std::string::npos);
}
