#include "server/apiserver/bodies.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::apiserver;

TEST_CASE("repeated members of YAML are one problem, and a warning each") {
    CHECK(repeated_members({}).empty());
    const std::string text = repeated_members({"line 2: key \"a\" already set in map", "line 5: key 1 already set in map"});
    CHECK(text == "yaml: unmarshal errors:\n  line 2: key \"a\" already set in map\n  line 5: key 1 already set in map");
    const std::vector<std::string> lines{"line 2: key \"a\" already set in map", "line 5: key 1 already set in map"};
    for (const std::string& problem : {text, "error converting YAML to JSON: " + text}) {
        RequestContext context;
        warn_of({problem}, context);
        CHECK(context.warnings == lines);
    }
    RequestContext context;
    warn_of({"unknown field \"yaml: unmarshal errors:\"", "duplicate field \"a\""}, context);
    CHECK(context.warnings == std::vector<std::string>{"unknown field \"yaml: unmarshal errors:\"", "duplicate field \"a\""});
}
