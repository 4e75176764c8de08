#include <catch2/catch.hpp>

#include "server/apiserver/respond.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

std::vector<std::string> sent(std::vector<std::string> warnings) {
    RequestContext context;
    context.warnings = std::move(warnings);
    return base_headers(context).all("Warning");
}

}  // namespace

TEST_CASE("a warning is sent once, quoted, and not at all when no header can carry it") {
    CHECK(sent({"a \"b\" \\c", "a \"b\" \\c", "", "two\nlines"}) == std::vector<std::string>{R"(299 - "a \"b\" \\c")"});
}

TEST_CASE("once all warnings together are too long each is cut at 256 characters, not inside one") {
    const std::string umlaut = "\xc3\xbc";
    std::string text;
    for (int i = 0; i < 300; ++i) text += umlaut;
    CHECK(sent({text})[0].size() == 7 + 600 + 1);
    auto cut = sent({text, std::string(5000, 'y'), "short"});
    REQUIRE(cut.size() == 3);
    CHECK(cut[0] == "299 - \"" + text.substr(0, 512) + "\"");
    CHECK(cut[1].size() == 7 + 256 + 1);
    CHECK(cut[2] == R"(299 - "short")");
}
