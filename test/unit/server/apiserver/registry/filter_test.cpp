#include "server/apiserver/registry/filter.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::apiserver;

TEST_CASE("a selector of names alone reads no content, so that it holds in every version of an object") {
    auto kinds = api::KindRegistry::builtin();
    const api::KindInfo* pods = kinds->find(api::Gvr{"", "v1", "pods"});
    REQUIRE(pods);
    auto reads = [&](const char* labels, const char* fields) { return Filter::make(*pods, "a", "", labels, fields)->reads_content(); };
    CHECK_FALSE(reads("", ""));
    CHECK_FALSE(reads("", "metadata.name=x"));
    CHECK_FALSE(reads("", "metadata.name!=x,metadata.namespace=a"));
    CHECK(reads("a=b", ""));
    CHECK(reads("", "metadata.name=x,status.phase=Running"));
    CHECK(Filter::make(*pods, "a", "", "", "metadata.name=x")->single_key(*pods) == "a/x");
}
