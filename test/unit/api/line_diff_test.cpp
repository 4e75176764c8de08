#include <catch2/catch.hpp>

#include <fmt/core.h>

#include "api/line_diff.h"

using namespace skiff;

namespace {

// Items of three lines, one of them missing and one more than there were.
std::string items(int count, int missing, int added) {
    std::string out;
    for (int i = 0; i < count; ++i) {
        if (i == added) out += "{\nx\n}\n";
        if (i != missing) out += fmt::format("{{\nn{}\n}}\n", i);
    }
    out.pop_back();   // as JSON is written, without a last line break
    return out;
}

}  // namespace

// The expected texts are those of Python's difflib, of which Kubernetes uses a translation.
TEST_CASE("the longest common block comes first and is as long as it can be") {
    CHECK(api::unified_diff(items(5, -1, -1), items(5, 2, -1)) == "@@ -5,9 +5,6 @@\n n1\n }\n {\n-n2\n-}\n-{\n n3\n }\n {\n");
}

TEST_CASE("in a long text lines that are everywhere begin no common block") {
    CHECK(api::unified_diff(items(80, -1, -1), items(80, 10, 40)).starts_with("@@ -29,9 +29,6 @@\n n9\n }\n {\n-n10\n-}\n-{\n n11\n }\n {\n@@ -119,6 +116,9 @@\n n39\n }\n {\n+x\n+}\n+{\n n40\n }\n {\n"));
}
