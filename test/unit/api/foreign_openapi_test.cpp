#include "api/foreign_openapi.h"

#include <catch2/catch.hpp>

#include "api/openapi.h"
#include "json/parse.h"

using namespace skiff;
using namespace skiff::api;

namespace {

json::Value parsed(std::string_view text) { return json::parse(text).value(); }

std::shared_ptr<const ForeignOpenApi> wardle() {
    auto found = std::make_shared<ForeignOpenApi>();
    read_foreign_index(parsed(R"({"paths":{"apis/w.example.com/v1":{"serverRelativeURL":"/openapi/v3/apis/w.example.com/v1?hash=A"},
        "apis/apps/v1":{"serverRelativeURL":"/openapi/v3/apis/apps/v1?hash=B"},"apis/w.example.com":{"serverRelativeURL":"http://elsewhere"}}})"),
                       {"w.example.com", "v1"}, *found);
    read_foreign_v2(parsed(R"({"paths":{"/apis/w.example.com/v1/things":{"get":{"parameters":[{"$ref":"#/parameters/limit"}],"schema":{"$ref":"#/definitions/Thing"}}},
        "/api/v1/pods":{}},"parameters":{"limit":{"name":"limit"}},
        "definitions":{"Thing":{"$ref":"#/definitions/Inner"},"Inner":{"type":"object"},"io.k8s.api.core.v1.Pod":{},"Other":{}}})"),
                    {"w.example.com", "v1"}, *found);
    return found;
}

}  // namespace

TEST_CASE("of another server's OpenAPI only what belongs to its group version is taken") {
    auto found = wardle();
    REQUIRE(found->documents.size() == 1);
    CHECK(found->documents[0].first == "apis/w.example.com/v1");
    REQUIRE(found->paths.size() == 1);
    CHECK(found->paths[0].second == R"({"get":{"parameters":[{"name":"limit"}],"schema":{"$ref":"#/definitions/Thing"}}})");
    REQUIRE(found->definitions.size() == 2);
}

TEST_CASE("another server's OpenAPI stands in the index and in the older document until it goes") {
    OpenApi openapi(KindRegistry::builtin());
    openapi.set_foreign({wardle()});
    CHECK(parsed(*openapi.index())["paths"].has("apis/w.example.com/v1"));
    auto document = parsed(*openapi.v2());
    CHECK(document["paths"].has("/apis/w.example.com/v1/things"));
    CHECK(document["definitions"].has("Thing"));
    CHECK(document["definitions"]["io.k8s.api.core.v1.Pod"].has("properties"));
    openapi.set_foreign({});
    CHECK_FALSE(parsed(*openapi.index())["paths"].has("apis/w.example.com/v1"));
}
