#include "server/apiserver/authn/bearer.h"

#include <catch2/catch.hpp>

using namespace skiff;
using apiserver::bearer_token;

namespace {

net::Request with(const std::string& header) {
    net::Request request;
    request.headers.set("Authorization", header);
    return request;
}

}  // namespace

TEST_CASE("a bearer token is the second word of the header, whatever the case of the first") {
    CHECK(bearer_token(with("Bearer abc")) == "abc");
    CHECK(bearer_token(with("bEARER abc")) == "abc");
    CHECK(bearer_token(with(" Bearer abc ")) == "abc");
    CHECK(bearer_token(with("Bearer abc def")) == "abc");
    CHECK(bearer_token(with("Bearer")).empty());
    CHECK(bearer_token(with("Basic abc")).empty());
    CHECK(bearer_token(with("")).empty());
}

TEST_CASE("a token behind two spaces is ignored, and that can be told") {
    CHECK(bearer_token(with("Bearer  abc")).empty());
    CHECK(apiserver::has_spaced_token(with("Bearer  abc")));
    CHECK_FALSE(apiserver::has_spaced_token(with("Bearer abc")));
}
